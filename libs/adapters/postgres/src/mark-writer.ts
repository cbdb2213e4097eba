import type { TurnMark } from '@mneme/ports';

export interface MarkWriterOptions {
  /** How long a mark may wait for others. */
  readonly markDelayMs: number;
  /** Marks that may wait while others are written; the oldest beyond it are let go. */
  readonly waitingMarksMax: number;
  /** Marks written by one statement. */
  readonly marksOfStatementMax: number;
}

export const DEFAULT_MARK_OPTIONS: MarkWriterOptions = {
  markDelayMs: 200,
  waitingMarksMax: 50_000,
  marksOfStatementMax: 2_000,
};

/**
 * Gathers marks and writes them a little later, one statement at a time. A mark that cannot be written, or for which there
 * is no room, is let go: its turn is published again, with the same bytes, if it is sent again.
 */
export class MarkWriter {
  private waiting: TurnMark[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly write: (marks: readonly TurnMark[]) => Promise<unknown>,
    private readonly options: MarkWriterOptions,
  ) {}

  add(marks: readonly TurnMark[]): void {
    this.waiting.push(...marks);
    const tooMany = this.waiting.length - this.options.waitingMarksMax;
    if (tooMany > 0) this.waiting.splice(0, tooMany);
    this.plan();
  }

  /** Resolves when all that wait are written, or let go. */
  async flush(): Promise<void> {
    await this.writing;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.writeAll();
  }

  private plan(): void {
    if (this.timer !== undefined || this.writing !== undefined || this.waiting.length === 0) return;
    const start = () => {
      this.timer = undefined;
      this.writing = this.writeAll().finally(() => {
        this.writing = undefined;
        this.plan();
      });
    };
    this.timer = setTimeout(start, this.options.markDelayMs).unref();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const marks = this.waiting.splice(0, this.options.marksOfStatementMax);
      await this.write(marks).catch(() => undefined);
    }
  }
}
