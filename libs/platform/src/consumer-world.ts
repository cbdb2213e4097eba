import { type SubjectId, type TenantId, TOPICS } from '@mneme/events';
import { Corrupt } from '@mneme/domain';
import type { EventLog, LogAppend, LogRecord, RecordBatch } from '@mneme/ports';
import { type BatchEnd, ConsumerRunner, type Received, type RecordHandler } from './consumer-runner.js';
import type { Keyring, SubjectAccess } from './keyring.js';

export const TENANT = 'acme' as TenantId;
export const ANA = 'a'.repeat(64) as SubjectId;
export const BEN = 'b'.repeat(64) as SubjectId;
export const PARTITION = 2;

export interface Said {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly text: string;
}

/** One consumer on a log, a registry and a store of its own; what happens is noted in the order in which it does. */
export class ConsumerWorld implements RecordHandler<Said> {
  readonly happened: string[] = [];
  readonly deadLetters: LogAppend[] = [];
  readonly ends: BatchEnd<Said>[] = [];
  readonly epochs = new Map<SubjectId, number>([
    [ANA, 1],
    [BEN, 1],
  ]);
  readonly fenced = new Set<SubjectId>();
  readonly store = new Set<string>();
  broken: unknown;
  /** Decides what a call of the handler does: throws, or lets it pass. */
  onHandle: (texts: readonly string[], attempt: number) => void = () => undefined;
  onFinish: () => void = () => undefined;
  onAppend: () => void = () => undefined;
  onCommit: () => void = () => undefined;
  private attempts = 0;
  private onBatch: (batch: RecordBatch) => Promise<void> = async () => undefined;

  async start(): Promise<void> {
    const log = {
      consume: async (_options: object, onBatch: (batch: RecordBatch) => Promise<void>) => {
        this.onBatch = onBatch;
        return { stop: async () => undefined };
      },
      append: async (appends: readonly LogAppend[]) => {
        this.onAppend();
        this.happened.push(`dead-letter ${appends.map(({ key }) => key).join()}`);
        this.deadLetters.push(...appends);
        return [];
      },
    } as unknown as EventLog;
    const accesses = async (_tenantId: TenantId, subjectIds: readonly SubjectId[]) =>
      new Map(subjectIds.map((subjectId) => [subjectId, this.accessOf(subjectId)] as const));
    const keyring = { open: accesses, openFresh: accesses } as unknown as Keyring;
    const clock = { nowMs: () => Date.parse('2026-06-01T00:00:00Z') };
    const dependencies = { log, keyring, clock, observer: this.observer };
    const retry = { backoffMinMs: 1, backoffMaxMs: 2, unknownAttemptsMax: 3 };
    const options = { group: 'tests', topic: TOPICS.turns.name, batchRecordsMax: 100, lingerMs: 0, retry };
    await new ConsumerRunner(dependencies, this, { ...options, heartbeatMs: 1_000 }).start();
  }

  /** Hands the records out as one batch; resolves when the runner is done with it. */
  async give(records: readonly LogRecord[], signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.onBatch({
      topic: TOPICS.turns.name,
      partition: PARTITION,
      records,
      signal,
      heartbeat: async () => undefined,
      commit: async (nextOffset) => {
        this.onCommit();
        this.happened.push(`commit ${nextOffset}`);
      },
    });
  }

  parse(record: LogRecord): Said {
    if (record.value?.startsWith('{') !== true) throw new Corrupt('not JSON');
    return JSON.parse(record.value) as Said;
  }

  stampOf(said: Said) {
    return said;
  }

  async handle(received: readonly Received<Said>[]): Promise<void> {
    const texts = received.map(({ event }) => event.text);
    this.attempts += 1;
    this.onHandle(texts, this.attempts);
    this.happened.push(`handle ${texts.join()}`);
    for (const text of texts) this.store.add(text);
  }

  async undo(received: readonly Received<Said>[]): Promise<void> {
    const texts = received.map(({ event }) => event.text);
    this.happened.push(`undo ${texts.join()}`);
    for (const text of texts) this.store.delete(text);
  }

  async finish(end: BatchEnd<Said>): Promise<void> {
    this.onFinish();
    this.happened.push('finish');
    this.ends.push(end);
  }

  private readonly observer = {
    handled: () => undefined,
    refusedByFence: () => undefined,
    retried: (_group: string, code: string) => this.happened.push(`retry ${code}`),
    deadLettered: () => undefined,
    broke: (_group: string, error: unknown) => {
      this.broken = error ?? 'nothing';
    },
  };

  private accessOf(subjectId: SubjectId): SubjectAccess {
    const epoch = this.epochs.get(subjectId) ?? 0;
    const isFenced = this.fenced.has(subjectId);
    return isFenced ? { state: 'fenced', epoch } : ({ state: 'open', epoch, keys: {} } as unknown as SubjectAccess);
  }
}

export const FIRST_OFFSET = 10;
/** Records of one partition, in order, from what each says; a text in place of an event does not parse. */
export function records(...given: readonly (Partial<Said> | string)[]): LogRecord[] {
  return given.map((one, at) => ({
    topic: TOPICS.turns.name,
    partition: PARTITION,
    offset: FIRST_OFFSET + at,
    key: `key-${at}`,
    value: typeof one === 'string' ? one : JSON.stringify({ tenantId: TENANT, subjectId: ANA, epoch: 1, ...one }),
    appendedAtMs: 0,
  }));
}
