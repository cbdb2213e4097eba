import { type Erasure, epochMsOf, isMemoryError, Unavailable } from '@mneme/domain';
import type { ErasurePorts } from './erasure-ports.js';
import { ErasureRun } from './erasure-run.js';
import type { ErasureConfig } from './erasure.config.js';
import { RestingErasures } from './resting-erasures.js';
import type { WaitReason } from './steps/step.js';
import { type RunEnd, takeSteps } from './take-steps.js';

/** How an attempt ended; `stopped`: the process ends, and the journal has the rest. */
type AttemptEnd = (RunEnd & { readonly error?: unknown }) | { readonly state: 'stopped' };

/**
 * Drives every unfinished erasure of the journal, several at once, and never gives one up: what cannot go on now makes
 * room for others and is tried again.
 */
export class RunErasures {
  readonly name = 'erasures';
  private readonly busy = new Set<string>();
  private readonly work = new Set<Promise<unknown>>();
  private readonly stopping = new AbortController();
  private readonly resting: RestingErasures;
  private retryFill: NodeJS.Timeout | undefined;

  constructor(
    private readonly ports: ErasurePorts,
    private readonly config: ErasureConfig,
  ) {
    this.resting = new RestingErasures(config, () => this.fill());
  }

  /** Goes on with what an earlier process left. */
  start(): void {
    this.fill();
  }

  /** Resolves when nothing is being done any more; the rest is done after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.retryFill);
    this.resting.clear();
    await Promise.all(this.work);
  }

  /**
   * Journals an erasure and raises its fence; the other steps follow by themselves. When the fence cannot be raised
   * for the moment, it follows too.
   * @throws Conflict `legal-hold` or `subject-erased`, and then nothing of it stays; Conflict when the subject has an
   * erasure that is not finished.
   */
  async begin(erasure: Erasure): Promise<Erasure> {
    if (this.stopping.signal.aborted) throw new Unavailable('the service is stopping');
    const { erasureId } = erasure;
    this.busy.add(erasureId);
    return this.track(
      this.beginFenced(erasure).finally(() => {
        this.busy.delete(erasureId);
        this.fill();
      }),
    );
  }

  /** Why an erasure stays where it is; undefined while it moves, or is finished. */
  waitingFor(erasureId: string): WaitReason | undefined {
    return this.resting.reasonOf(erasureId);
  }

  private async beginFenced(erasure: Erasure): Promise<Erasure> {
    await this.ports.journal.begin(erasure);
    const run = this.runOf(erasure);
    try {
      const end = await takeSteps(run, 'fenced');
      if (end.state === 'withdrawn') throw new Withdrawn(end.because);
    } catch (error) {
      if (error instanceof Withdrawn) throw error.cause;
      this.ports.logger.warn('the fence of an erasure is raised later', { erasureId: erasure.erasureId, error });
    }
    return run.erasure;
  }

  private fill(): void {
    if (this.stopping.signal.aborted) return;
    clearTimeout(this.retryFill);
    void this.track(this.takeUp()).catch((error: unknown) => {
      this.ports.logger.error('the journal of erasures cannot be read', { error });
      if (this.stopping.signal.aborted) return;
      this.retryFill = setTimeout(() => this.fill(), this.config.backoffMaxMs).unref();
    });
  }

  private async takeUp(): Promise<void> {
    const { erasuresAtOnceMax, unfinishedMax } = this.config;
    for (const { tenantId, erasureId } of await this.ports.journal.unfinished(unfinishedMax)) {
      if (this.busy.size >= erasuresAtOnceMax || this.stopping.signal.aborted) return;
      if (this.busy.has(erasureId) || this.resting.has(erasureId)) continue;
      this.busy.add(erasureId);
      void this.track(this.run({ tenantId, erasureId }));
    }
  }

  private async run({ tenantId, erasureId }: Pick<Erasure, 'tenantId' | 'erasureId'>): Promise<void> {
    let found: ErasureRun | undefined;
    const end = await this.attempt(async () => {
      // Read again: since it was listed another attempt may have gone on with it.
      const erasure = await this.ports.journal.find(tenantId, erasureId);
      if (erasure === undefined) return { state: 'done' };
      found = this.runOf(erasure);
      return takeSteps(found);
    });
    this.busy.delete(erasureId);
    this.conclude(erasureId, end, found?.erasure);
    this.fill();
  }

  private async attempt(steps: () => Promise<RunEnd>): Promise<AttemptEnd> {
    try {
      return await steps();
    } catch (error) {
      if (this.stopping.signal.aborted) return { state: 'stopped' };
      const code = isMemoryError(error) ? error.code : 'unknown';
      return { state: 'waiting', reason: { kind: 'error', code }, error };
    }
  }

  private conclude(erasureId: string, end: AttemptEnd, erasure: Erasure | undefined): void {
    switch (end.state) {
      case 'stopped':
        return;
      case 'waiting':
        this.resting.rest(erasureId, { step: erasure?.step, reason: end.reason });
        this.ports.logger.warn('an erasure waits', {
          erasureId,
          step: erasure?.step,
          reason: end.reason,
          isOverdue: erasure !== undefined && epochMsOf(erasure.dueAt) < this.ports.clock.nowMs(),
          ...(end.error === undefined ? {} : { error: end.error }),
        });
        return;
      case 'withdrawn':
        this.resting.forget(erasureId);
        this.ports.logger.warn('an erasure that was begun before a crash is refused', {
          erasureId,
          error: end.because,
        });
        return;
      case 'done':
        this.resting.forget(erasureId);
        if (erasure?.verdict === undefined) return;
        this.ports.metrics.increment('mneme_erasures_total', { verdict: erasure.verdict });
        this.ports.logger.info('an erasure is verified', { erasureId, verdict: erasure.verdict });
        return;
    }
  }

  private runOf(erasure: Erasure): ErasureRun {
    return new ErasureRun(erasure, { ports: this.ports, config: this.config, signal: this.stopping.signal });
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.work.add(settled);
    void settled.then(() => this.work.delete(settled));
    return work;
  }
}

/** Tells a refusal, which the caller hears, from a failure, which the next attempt mends. */
class Withdrawn extends Error {
  override readonly name = 'Withdrawn';

  constructor(cause: Error) {
    super('withdrawn', { cause });
  }
}
