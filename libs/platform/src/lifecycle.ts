import type { Logger } from './logger.js';

/** A part of the process that is started, and stopped in the reverse order. */
export interface Part {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

/** A part under a name of its own. */
export function part(name: string, owner: Pick<Part, 'start' | 'stop'>): Part {
  return { name, start: () => owner.start(), stop: () => owner.stop() };
}

/** Starts parts in order and stops them backwards, once, within a bounded time. */
export class Lifecycle {
  private readonly started: Part[] = [];
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly drainMsMax: number,
  ) {}

  /** What had started when one part fails is stopped again. */
  async start(parts: readonly Part[]): Promise<void> {
    try {
      for (const part of parts) {
        await part.start();
        this.started.push(part);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Drains and ends the process at SIGTERM and SIGINT; a second signal, or the time, ends it at once. */
  stopOnSignals(exit: (code: number) => never): void {
    let asked = false;
    const onSignal = () => {
      if (asked) exit(1);
      asked = true;
      setTimeout(() => exit(1), this.drainMsMax).unref();
      void this.stop().then(() => exit(process.exitCode === undefined ? 0 : Number(process.exitCode)));
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  }

  private async stopAll(): Promise<void> {
    for (const part of this.started.reverse()) {
      try {
        await part.stop();
      } catch (error) {
        this.logger.error('a part did not stop cleanly', { part: part.name, error });
      }
    }
  }
}
