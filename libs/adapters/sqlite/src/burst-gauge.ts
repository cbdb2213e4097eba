/** What a thread needs to know of how fast another one appends to the log. */
export interface BurstLimits {
  /** Records a second from which on it is a burst: about what the consumers of one process keep up with. */
  readonly burstRecordsPerSecond: number;
  /** How old a record may become while its consumer gives way to a burst. */
  readonly giveWayMsMax: number;
}

export const DEFAULT_BURST_LIMITS: BurstLimits = { burstRecordsPerSecond: 2_500, giveWayMsMax: 15_000 };

const WINDOW_MS = 250;

/** Counts the records that one thread appends, for another thread that takes its rest by them. */
export class BurstGauge {
  private readonly words: Int32Array;
  private sampledAtMs = -Infinity;
  private sampledCount = 0;
  private perSecond = 0;

  /** `buffer` has at least four bytes at `byteOffset`. */
  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.words = new Int32Array(buffer, byteOffset, 1);
  }

  note(records: number): void {
    Atomics.add(this.words, 0, records);
  }

  /** Records a second over the last quarter of a second or more. */
  rate(nowMs: number): number {
    const elapsedMs = nowMs - this.sampledAtMs;
    if (elapsedMs < WINDOW_MS) return this.perSecond;
    const count = Atomics.load(this.words, 0);
    // The counter wraps at 32 bits, and so does the difference.
    if (elapsedMs < Infinity) this.perSecond = (((count - this.sampledCount) | 0) * 1_000) / elapsedMs;
    this.sampledAtMs = nowMs;
    this.sampledCount = count;
    return this.perSecond;
  }
}
