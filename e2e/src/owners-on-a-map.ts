import { type MemoryDerived, type MemoryId, TOPICS, type TurnId } from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY, indexKeysOf, subjectIdOf } from '@mneme/domain';
import type { Keyring, Received, RecordHandler } from '@mneme/platform';
import { ExtractFacts } from '@mneme/graph-extractor-service';
import { FilterTurns } from '@mneme/write-filter-service';
import { DEAF } from './deaf-observer.js';
import { factsOfWorld } from './world-facts.js';

export const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const INDEX_KEYS = indexKeysOf(Buffer.alloc(32, 8));
/** What a turn begins with that states no fact. */
export const NO_FACT = 'Nothing to know:';
export const SUBJECT = subjectIdOf(INDEX_KEYS, 'ana');
const MEMORIES = TOPICS.memories.name;

type Ports = ConstructorParameters<typeof FilterTurns>[0];
type LogAppend = Parameters<Ports['log']['append']>[0][number];
type LogRecord = Received<never>['record'];

const factsOf: typeof factsOfWorld = (text, context) => (text.startsWith(NO_FACT) ? [] : factsOfWorld(text, context));

/** One partition of the topics in lists, `memories` compacted like the log, and the two owners that work on them. */
export class OwnersOnAMap {
  readonly turns: LogRecord[] = [];
  private memories: LogRecord[] = [];
  /** By topic, what nothing is compacted of. */
  private readonly others = new Map<string, LogRecord[]>();
  private end = 0;
  private signal = new AbortController().signal;
  private handlers: { readonly filter: RecordHandler<never>; readonly extractor: RecordHandler<never> };
  private readonly done = { filter: 0, extractor: 0 };

  constructor() {
    this.handlers = this.start();
  }

  send(id: TurnId, value: object): void {
    const place = { topic: TOPICS.turns.name, partition: 0, offset: this.turns.length, appendedAtMs: 0 };
    this.turns.push({ ...place, key: id, value: JSON.stringify(value) });
  }

  /** One batch of one owner. `isKilled`: it has published, and the process dies before it has committed. */
  async step(owner: 'filter' | 'extractor', records: number, isKilled: boolean): Promise<boolean> {
    const source = owner === 'filter' ? this.turns : this.memories;
    const batch = source.filter(({ offset }) => offset >= this.done[owner]).slice(0, records);
    if (batch.length === 0) return false;
    const handler = this.handlers[owner];
    const access = { state: 'open', keys: KEYS, epoch: 1 } as const;
    const received: Received<never>[] = batch.map((record) => ({ record, event: handler.parse(record), access }));
    const { signal } = this;
    await handler.handle(received, signal);
    if (isKilled) {
      this.handlers = this.start();
      return true;
    }
    const nextOffset = (batch.at(-1)?.offset ?? 0) + 1;
    await handler.finish({ partition: 0, nextOffset, handled: received, failed: [], refused: [] }, signal);
    this.done[owner] = nextOffset;
    return true;
  }

  async drain(): Promise<void> {
    for (;;) {
      const worked = [await this.step('filter', 3, false), await this.step('extractor', 3, false)];
      if (!worked.includes(true)) return;
    }
  }

  /** Keys and values of what lives on `memories`, progress left out. */
  living(): ReadonlyMap<string, string> {
    const records = this.memories.filter(({ key, value }) => value !== null && !key.includes('progress'));
    return new Map(records.map(({ key, value }) => [key, value ?? ''] as const).sort());
  }

  memoriesOf(kind: MemoryDerived['kind']): readonly MemoryDerived[] {
    const values = [...this.living().values()].map((value) => JSON.parse(value) as MemoryDerived);
    return values.filter((memory) => memory.kind === kind);
  }

  /** Topic and key of what was told beside `memories`. */
  told(topic: string): readonly string[] {
    return this.othersOf(topic).map(({ key }) => key);
  }

  private start() {
    this.signal = new AbortController().signal;
    const log = {
      append: async (all: readonly LogAppend[]) => this.append(all),
      endOffsets: async (topic: string) => [this.endOf(topic)],
      read: async ({ topic, offset }: LogRecord, recordsMax: number) =>
        this.othersOf(topic).slice(offset, offset + recordsMax),
    } as unknown as Ports['log'];
    const topics = {
      keys: async (topic: string) => this.othersOf(topic).map(({ key, offset }) => ({ key, offset })),
    } as unknown as Ports['topics'];
    const keyring = {
      tenant: async () => ({ tenant: { policy: DEFAULT_POLICY }, indexKeys: INDEX_KEYS }),
    } as unknown as Keyring;
    const versions: Ports['versions'] = {
      living: async (_partition, ids) => ids.flatMap((id) => this.versionsOf(id)),
      published: async (_partition, keys) =>
        new Set(keys.filter((key) => this.memories.some((one) => one.key === key))),
    };
    const ports = { log, keyring, versions, topics, observer: DEAF };
    return {
      filter: new FilterTurns(ports) as unknown as RecordHandler<never>,
      extractor: new ExtractFacts({ ...ports, factsOf }) as unknown as RecordHandler<never>,
    };
  }

  private endOf(topic: string): number {
    if (topic === MEMORIES) return this.end;
    return topic === TOPICS.turns.name ? this.turns.length : this.othersOf(topic).length;
  }

  private othersOf(topic: string): LogRecord[] {
    const records = this.others.get(topic) ?? [];
    this.others.set(topic, records);
    return records;
  }

  private append(all: readonly LogAppend[]): void {
    for (const { topic, key, value } of all) {
      if (topic !== MEMORIES) {
        const others = this.othersOf(topic);
        others.push({ topic, partition: 0, key, value, offset: others.length, appendedAtMs: 0 });
        continue;
      }
      this.memories = this.memories.filter((record) => record.key !== key);
      this.memories.push({ topic, partition: 0, key, value, offset: this.end, appendedAtMs: 0 });
      this.end += 1;
    }
  }

  private versionsOf(id: MemoryId): readonly LogRecord[] {
    const found = this.memories.filter(({ key, value }) => value !== null && key.startsWith(`${id}/`));
    return found.sort((a, b) => Number(a.key.split('/')[1]) - Number(b.key.split('/')[1]));
  }
}
