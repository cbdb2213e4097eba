import type { ErasureStep } from '@mneme/events';
import type { ErasureConfig } from './erasure.config.js';
import type { WaitReason } from './steps/step.js';

interface Resting {
  readonly step: ErasureStep | undefined;
  readonly reason: WaitReason;
  /** Attempts in a row that did not get past the step. */
  readonly attempts: number;
  /** Absent once the rest is over and another attempt may run. */
  readonly timer: NodeJS.Timeout | undefined;
}

/** Erasures that cannot go on for the moment: why, and when they are tried again. */
export class RestingErasures {
  private readonly entries = new Map<string, Resting>();

  constructor(
    private readonly config: Pick<ErasureConfig, 'backoffMinMs' | 'backoffMaxMs'>,
    private readonly wake: () => void,
  ) {}

  /** Twice as long after each attempt that got no further. */
  rest(erasureId: string, { step, reason }: Pick<Resting, 'step' | 'reason'>): void {
    const before = this.entries.get(erasureId);
    clearTimeout(before?.timer);
    const attempts = before !== undefined && before.step === step ? before.attempts + 1 : 1;
    const { backoffMinMs, backoffMaxMs } = this.config;
    const delayMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (attempts - 1));
    const timer = setTimeout(() => this.awake(erasureId), delayMs).unref();
    this.entries.set(erasureId, { step, reason, attempts, timer });
  }

  /** Whether its time has not come yet. */
  has(erasureId: string): boolean {
    return this.entries.get(erasureId)?.timer !== undefined;
  }

  reasonOf(erasureId: string): WaitReason | undefined {
    return this.entries.get(erasureId)?.reason;
  }

  forget(erasureId: string): void {
    clearTimeout(this.entries.get(erasureId)?.timer);
    this.entries.delete(erasureId);
  }

  clear(): void {
    for (const { timer } of this.entries.values()) clearTimeout(timer);
    this.entries.clear();
  }

  private awake(erasureId: string): void {
    const entry = this.entries.get(erasureId);
    if (entry !== undefined) this.entries.set(erasureId, { ...entry, timer: undefined });
    this.wake();
  }
}
