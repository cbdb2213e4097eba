import type { Logger } from '../logger.js';
import type { Readiness } from '../health.controller.js';
import type { Part } from '../lifecycle.js';

/** One engine that cannot be used, and why. */
interface Fault {
  readonly engine: string;
  readonly problem: string;
}

export interface EngineWatchPorts {
  check(signal: AbortSignal): Promise<readonly Fault[]>;
  readonly readiness: Readiness;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Hears whether the process is ready, at each look. */
  readonly told: (isReady: boolean) => void;
  /** Hears of an engine that was away and is not any more. */
  readonly back?: (engine: string) => void;
}

export interface EngineWatchOptions {
  /** Engines without which the process is not ready; it goes on without the others, and says so. */
  readonly needs: readonly string[];
  readonly everyMs: number;
  readonly timeoutMs: number;
}

export const DEFAULT_ENGINE_WATCH = { everyMs: 5_000, timeoutMs: 3_000 } as const;

/** Looks at the engines again and again: one that goes away makes the process unready, and nothing else. */
export class EngineWatch implements Part {
  readonly name = 'engine-watch';
  private faults: readonly Fault[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly ports: EngineWatchPorts,
    private readonly options: EngineWatchOptions,
  ) {
    const { needs } = options;
    const named = (isNeeded: boolean) => () =>
      this.faults.filter(({ engine }) => needs.includes(engine) === isNeeded).map(({ engine }) => `${engine} is away`);
    const { warnings } = ports.readiness;
    ports.readiness.problems = named(true);
    ports.readiness.warnings = () => [...warnings(), ...named(false)()];
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), this.options.everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.looking;
  }

  /** One look; joins the one that is under way. Never rejects. */
  look(): Promise<void> {
    this.looking ??= this.check().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async check(): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(this.options.timeoutMs)]);
    const faults = await this.ports.check(signal).catch((error: unknown) => {
      this.ports.logger.warn('the engines could not be checked', { error });
      return this.faults;
    });
    if (this.stopping.signal.aborted) return;
    this.tell(faults);
    this.faults = faults;
    this.ports.told(this.ports.readiness.problems().length === 0);
  }

  private tell(faults: readonly Fault[]): void {
    const { logger } = this.ports;
    const before = new Set(this.faults.map(({ engine }) => engine));
    const now = new Set(faults.map(({ engine }) => engine));
    for (const { engine, problem } of faults) {
      if (!before.has(engine)) logger.warn('an engine is away', { engine, problem, isNeeded: this.isNeeded(engine) });
    }
    for (const engine of before) {
      if (now.has(engine)) continue;
      logger.info('an engine is back', { engine });
      this.ports.back?.(engine);
    }
  }

  private isNeeded(engine: string): boolean {
    return this.options.needs.includes(engine);
  }
}
