import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { EMBEDDER_CONSUMERS } from '@mneme/embedder-service';
import { GRAPH_CONSUMERS } from '@mneme/graph-extractor-service';
import { consumerParts, Lifecycle, Logger, Metrics, NestLogger, Readiness, unpackConfig } from '@mneme/platform';
import { openEngines } from '@mneme/wiring';
import { WRITE_FILTER_CONSUMERS } from '@mneme/write-filter-service';
import { PipelineModule } from './pipeline.module.js';
import type { ConfigsOfPipeline, FromPipeline, PipelineData, ToPipeline } from './pipeline-thread.js';

// Who reads what another publishes starts before it and stops after it.
const CONSUMERS = [...EMBEDDER_CONSUMERS, ...GRAPH_CONSUMERS, ...WRITE_FILTER_CONSUMERS];

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
  await lifecycle.start([
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    ...consumerParts(CONSUMERS, { app, log: engines.stores.log, logger }),
  ]);
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? error.message : 'unknown' });
}

parent.on('message', (message: ToPipeline) => {
  if (message.type === 'stop') void lifecycle.stop().then(() => process.exit(0));
  else void metrics.report().then((report) => tell({ type: 'report', id: message.id, report }));
});
