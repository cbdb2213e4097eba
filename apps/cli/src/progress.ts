import cliProgress from 'cli-progress';
import type { Outlet } from './terminal.js';

/** How far long work has come. */
export interface Progress {
  /** A further phase begins when its name is a new one. */
  update(phase: string, done: number, total: number): void;
  /** Removes the bar. */
  stop(): void;
}

/** A bar on a terminal, a line for each phase elsewhere, nothing when quiet. Always on standard error. */
export function progressOn(stderr: Outlet, quiet: boolean): Progress {
  if (quiet) return { update: () => undefined, stop: () => undefined };
  return stderr.isTTY === true ? new Bar(stderr) : new PhaseLines(stderr);
}

class Bar implements Progress {
  private readonly bar: cliProgress.SingleBar;
  private phase: string | undefined;

  constructor(stderr: Outlet) {
    const format = '{phase} [{bar}] {percentage}% {value}/{total} {eta_formatted}';
    const stream = stderr as unknown as NodeJS.WriteStream;
    const options = { stream, format, fps: 5, etaBuffer: 100, clearOnComplete: true, hideCursor: true };
    this.bar = new cliProgress.SingleBar(options, cliProgress.Presets.legacy);
  }

  update(phase: string, done: number, total: number): void {
    if (phase === this.phase) {
      this.bar.setTotal(total);
      this.bar.update(done);
      return;
    }
    this.stop();
    this.phase = phase;
    this.bar.start(total, done, { phase });
  }

  stop(): void {
    if (this.phase !== undefined) this.bar.stop();
    this.phase = undefined;
  }
}

class PhaseLines implements Progress {
  private phase: string | undefined;

  constructor(private readonly stderr: Outlet) {}

  update(phase: string, _done: number, total: number): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.stderr.write(`${phase}: ${total}\n`);
  }

  stop(): void {
    this.phase = undefined;
  }
}
