import type { Connection } from '../connect.js';

/** Follows the service's memory while phases run. */
export class MemoryWatch {
  private peak = 0;
  private readonly peaks = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private phase = 'start';

  constructor(private readonly operator: Connection) {
    // A sample that fails is left out; when the service is gone, the phase that runs will say so.
    this.timer = setInterval(() => void this.sample().catch(() => undefined), SAMPLE_MS);
    this.timer.unref();
  }

  enter(phase: string): void {
    this.phase = phase;
  }

  /** Highest resident set seen in each phase and over all, in bytes. */
  async result(): Promise<{ readonly peakBytes: number; readonly byPhase: Readonly<Record<string, number>> }> {
    await this.sample();
    return { peakBytes: this.peak, byPhase: Object.fromEntries(this.peaks) };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    const { phase } = this;
    const { rssBytes } = await this.operator.admin.getStatus({});
    this.peak = Math.max(this.peak, rssBytes);
    this.peaks.set(phase, Math.max(this.peaks.get(phase) ?? 0, rssBytes));
  }
}

const SAMPLE_MS = 2_000;
