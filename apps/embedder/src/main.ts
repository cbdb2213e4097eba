import 'reflect-metadata';
import { EMBEDDER_CONSUMERS, EmbedderModule, parseEmbedderConfig } from '@mneme/embedder-service';
import { consumerParts, runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';

/** Memories into the vector index and, by a group of its own, into the catalogue. */
await runMain(() =>
  startService(
    {
      service: 'embedder',
      parse: parseEmbedderConfig,
      modules: (config) => [EmbedderModule.register(config)],
      parts: ({ app, engines, logger }) => consumerParts(EMBEDDER_CONSUMERS, { app, log: engines.stores.log, logger }),
    },
    process.env,
  ),
);
