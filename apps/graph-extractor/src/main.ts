import 'reflect-metadata';
import { GRAPH_CONSUMERS, GraphExtractorModule, parseGraphExtractorConfig } from '@mneme/graph-extractor-service';
import { consumerParts, runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';

/** Facts out of memories, and these into the fact graph. */
await runMain(() =>
  startService(
    {
      service: 'graph-extractor',
      parse: parseGraphExtractorConfig,
      modules: (config) => [GraphExtractorModule.register(config)],
      parts: ({ app, engines, logger }) => consumerParts(GRAPH_CONSUMERS, { app, log: engines.stores.log, logger }),
    },
    process.env,
  ),
);
