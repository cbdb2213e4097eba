import type { SourceId, SubjectId, TenantId, TurnReceived } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import type { ErasableStore, SessionStore, SubjectRegistry } from '@mneme/ports';
import type { Logger, Metrics } from '@mneme/platform';

export interface SessionWriterLimits {
  readonly sessionTurnsWaitingMax: number;
  readonly sessionBatchTurnsMax: number;
  readonly sessionWriteMsMax: number;
}

export interface SessionWriterPorts {
  readonly sessionStore: SessionStore & ErasableStore;
  readonly registry: SubjectRegistry;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Brings accepted turns into the session store, as best it can and after the answer: a store that fails or is slow
 * costs turns there, which the log still has, and never an answer.
 */
export class SessionWriter {
  private waiting: TurnReceived[] = [];
  private running: Promise<void> | undefined;
  private batch: Promise<void> | undefined;
  private offeredCount = 0;
  private writtenCount = 0;

  constructor(
    private readonly ports: SessionWriterPorts,
    private readonly limits: SessionWriterLimits,
  ) {}

  /** Returns at once. */
  offer(turns: readonly TurnReceived[]): void {
    if (turns.length === 0) return;
    if (this.waiting.length + turns.length > this.limits.sessionTurnsWaitingMax) return this.lose(turns.length);
    for (const turn of turns) this.waiting.push(turn);
    this.offeredCount += turns.length;
    this.running ??= this.run();
  }

  /** Resolves when nothing is waiting any more. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  /** Resolves when what was offered until now is written or given up, whatever is offered meanwhile. */
  async caughtUp(): Promise<void> {
    const until = this.offeredCount;
    while (this.writtenCount < until && this.batch !== undefined) await this.batch;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      this.batch = this.writeBatch();
      await this.batch;
    }
    this.batch = undefined;
    this.running = undefined;
  }

  private async writeBatch(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const turns = this.waiting.splice(0, this.limits.sessionBatchTurnsMax);
    await this.atMostPatiently(this.write(turns));
    this.writtenCount += turns.length;
  }

  private async atMostPatiently(write: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.limits.sessionWriteMsMax);
    });
    await Promise.race([write, patience]);
    clearTimeout(timer);
  }

  /** Never rejects. A write that outlasts the patience with it is still followed by its look at the fence. */
  private async write(turns: readonly TurnReceived[]): Promise<void> {
    try {
      await this.ports.sessionStore.append(turns);
    } catch (error) {
      this.ports.logger.warn('the session store did not take turns', { turns: turns.length, error });
      this.lose(turns.length);
    }
    try {
      await this.takeBackFenced(turns);
    } catch (error) {
      this.ports.logger.error('the fence could not be read after a write', { turns: turns.length, error });
    }
  }

  private async takeBackFenced(turns: readonly TurnReceived[]): Promise<void> {
    for (const [tenantId, ofTenant] of grouped(turns, (turn) => turn.tenantId)) {
      const bySubject = grouped(ofTenant, (turn) => turn.subjectId);
      for (const row of await this.ports.registry.read(tenantId, [...bySubject.keys()])) {
        const stale = (bySubject.get(row.subjectId) ?? []).filter(({ epoch }) => epoch < row.epoch);
        if (stale.length > 0) await this.erase(row, stale);
      }
    }
  }

  private async erase(
    { tenantId, subjectId, epoch }: { tenantId: TenantId; subjectId: SubjectId; epoch: number },
    stale: readonly TurnReceived[],
  ): Promise<void> {
    const sourceIds = stale.map(({ turnId }) => turnId as string as SourceId);
    await this.ports.sessionStore.eraseSources(subjectRef(tenantId, subjectId), sourceIds, epoch);
  }

  private lose(turns: number): void {
    this.ports.metrics.increment('mneme_session_writes_lost_total', {}, turns);
  }
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
