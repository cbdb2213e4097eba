import { type MessagePort, Worker } from 'node:worker_threads';
import { cannotStart, type Logger, type MetricsReport, type PackedConfig, type Part } from '@mneme/platform';
import type { EnginesConfig } from '@mneme/wiring';
import type { PipelineConfigs } from './pipeline.module.js';
import type { StandaloneConfig } from './standalone.config.js';

export type ConfigsOfPipeline = PipelineConfigs & {
  readonly standalone: StandaloneConfig;
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

/** Starts, asks and stops the thread in which the consumers run. Its end takes the process with it. */
export class PipelineThread implements Part {
  readonly name = 'pipeline';
  private worker: Worker | undefined;
  private isStopping = false;
  private nextId = 0;
  private readonly asked = new Map<number, (report: MetricsReport | undefined) => void>();

  constructor(
    private readonly data: PipelineData,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the consumers run. @throws Unavailable with the thread's reason when they cannot. */
  start(): Promise<void> {
    const { port } = this.data;
    const worker = new Worker(new URL('./pipeline.js', import.meta.url), {
      workerData: this.data,
      transferList: [port],
    });
    this.worker = worker;
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

  /** Resolves when the batches in hand are done and the thread has ended. */
  async stop(): Promise<void> {
    const { worker } = this;
    if (worker === undefined || this.isStopping) return;
    this.isStopping = true;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ type: 'stop' } satisfies ToPipeline);
    await ended;
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
