import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { ACCESS_COUNTS_RUNNER, CATALOGUE_RUNNER, EMBEDDER_RUNNER } from '@mneme/embedder-service';
import { FACT_GRAPH_RUNNER, GRAPH_EXTRACTOR_RUNNER } from '@mneme/graph-extractor-service';
import { type ConsumerRunner, Lifecycle, Logger, Metrics, NestLogger, Readiness, unpackConfig } from '@mneme/platform';
import { openEngines } from '@mneme/wiring';
import { RECALLS_HEARD, WRITE_FILTER } from '@mneme/write-filter-service';
import { PipelineModule } from './pipeline.module.js';
import type { ConfigsOfPipeline, FromPipeline, PipelineData, ToPipeline } from './pipeline-thread.js';

// Who reads what another publishes starts before it and stops after it.
const CONSUMERS = [
  ['catalogue', CATALOGUE_RUNNER],
  ['embedder', EMBEDDER_RUNNER],
  ['fact-graph', FACT_GRAPH_RUNNER],
  ['graph-extractor', GRAPH_EXTRACTOR_RUNNER],
  ['access-counts', ACCESS_COUNTS_RUNNER],
  ['write-filter-recalls', RECALLS_HEARD],
  ['write-filter', WRITE_FILTER],
] as const;

/** The thread that consumes the log, so that neither requests nor consumers wait for the other's work. */
const { port, memory, configs: packed } = workerData as PipelineData;
const configs = unpackConfig<ConfigsOfPipeline>(packed);
const parent = parentPort as MessagePort;
const tell = (message: FromPipeline) => parent.postMessage(message);
const metrics = new Metrics();
const logger = new Logger(configs.standalone.logLevel);
const lifecycle = new Lifecycle(logger, configs.standalone.drainMsMax);

try {
  const engines = await openEngines(configs.engines, { logger, metrics }, { role: 'guest', port, memory });
  const module = PipelineModule.register(configs, engines, { logger, metrics, readiness: new Readiness() });
  const app = await NestFactory.createApplicationContext(module, {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const consumer = (name: string, token: symbol) => {
    const runner = app.get<Pick<ConsumerRunner<unknown>, 'start' | 'stop'>>(token, { strict: false });
    return { name, start: () => runner.start(), stop: () => runner.stop() };
  };
  await lifecycle.start([
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    ...CONSUMERS.map(([name, token]) => consumer(name, token)),
  ]);
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? error.message : 'unknown' });
}

parent.on('message', (message: ToPipeline) => {
  if (message.type === 'stop') void lifecycle.stop().then(() => process.exit(0));
  else void metrics.report().then((report) => tell({ type: 'report', id: message.id, report }));
});
