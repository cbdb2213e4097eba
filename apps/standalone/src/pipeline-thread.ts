import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import {
  cannotStart,
  type Logger,
  type MetricsReport,
  type PackedConfig,
  type Part,
  type ProcessConfig,
} from '@mneme/platform';
import type { Consumers } from '@mneme/maintenance-service';
import type { EnginesConfig } from '@mneme/wiring';
import type { PipelineConfigs } from './pipeline.module.js';

export type ConfigsOfPipeline = PipelineConfigs & {
  readonly standalone: ProcessConfig;
  readonly engines: EnginesConfig;
};

export interface PipelineData {
  /** `ConfigsOfPipeline`, in a form that reaches the thread whole. */
  readonly configs: PackedConfig;
  /** The guest's end of the channel between the two openings of the data directory. */
  readonly port: MessagePort;
  readonly memory: SharedArrayBuffer;
}

export type ToPipeline = { readonly type: 'stop' } | { readonly type: 'report'; readonly id: number };

export type FromPipeline =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'report'; readonly id: number; readonly report: MetricsReport };

const REPORT_TIMEOUT_MS = 2_000;

export interface PipelineOptions {
  readonly configs: PackedConfig;
  readonly memory: SharedArrayBuffer;
  /** The guest's end of the channel that the owner has joined already. */
  readonly port: MessagePort;
  /** Gives the owner its end of another channel. */
  readonly join: (port: MessagePort) => void;
  /** Hears what a thread had counted that makes room for another. */
  readonly keep: (report: MetricsReport) => Promise<void>;
}

/** Starts, asks and stops the thread in which the consumers run. Its end takes the process with it. */
export class PipelineThread implements Part, Consumers {
  readonly name = 'pipeline';
  private worker: Worker | undefined;
  private isStopping = false;
  private isOver = false;
  private port: MessagePort | undefined;
  private nextId = 0;
  private readonly asked = new Map<number, (report: MetricsReport | undefined) => void>();

  constructor(
    private readonly options: PipelineOptions,
    private readonly logger: Logger,
  ) {
    this.port = options.port;
  }

  /** Resolves when the consumers run. @throws Unavailable with the thread's reason when they cannot. */
  start(): Promise<void> {
    const { configs, memory } = this.options;
    const port = this.port ?? this.anotherPort();
    this.port = undefined;
    const data: PipelineData = { configs, memory, port };
    const worker = new Worker(new URL('./pipeline.js', import.meta.url), { workerData: data, transferList: [port] });
    this.worker = worker;
    this.isStopping = false;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromPipeline) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'failed') reject(cannotStart(message.message));
        else this.answer(message.id, message.report);
      });
      worker.on('error', (error) => this.logger.error('the pipeline failed', { error }));
      worker.on('exit', (code) => {
        reject(cannotStart(`the pipeline ended with code ${code}`));
        this.ended();
      });
    });
  }

  /** What the thread has counted; undefined when it does not answer in time. */
  report(): Promise<MetricsReport | undefined> {
    const { worker } = this;
    if (worker === undefined || this.isStopping) return Promise.resolve(undefined);
    const id = (this.nextId += 1);
    return new Promise((resolve) => {
      this.asked.set(id, resolve);
      setTimeout(() => this.answer(id, undefined), REPORT_TIMEOUT_MS).unref();
      worker.postMessage({ type: 'report', id } satisfies ToPipeline);
    });
  }

  /** The thread ends, and another begins: it opens the stores that are live by then. */
  async paused(work: () => Promise<void>): Promise<void> {
    const counted = await this.report();
    await this.end();
    if (counted !== undefined) await this.options.keep(counted);
    try {
      await work();
    } finally {
      if (!this.isOver) await this.start();
    }
  }

  stop(): Promise<void> {
    this.isOver = true;
    return this.end();
  }

  /** Resolves when the batches in hand are done and the thread has ended. */
  private async end(): Promise<void> {
    const { worker } = this;
    if (worker === undefined || this.isStopping) return;
    this.isStopping = true;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ type: 'stop' } satisfies ToPipeline);
    await ended;
  }

  private anotherPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.options.join(port1);
    return port2;
  }

  private answer(id: number, report: MetricsReport | undefined): void {
    this.asked.get(id)?.(report);
    this.asked.delete(id);
  }

  private ended(): void {
    this.worker = undefined;
    for (const id of [...this.asked.keys()]) this.answer(id, undefined);
    if (this.isStopping) return;
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }
}
