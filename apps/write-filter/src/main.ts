import 'reflect-metadata';
import { consumerParts, runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';
import { parseWriteFilterConfig, WRITE_FILTER_CONSUMERS, WriteFilterModule } from '@mneme/write-filter-service';

/** Decides which turns become memories. */
await runMain(() =>
  startService(
    {
      service: 'write-filter',
      parse: parseWriteFilterConfig,
      modules: (config) => [WriteFilterModule.register(config)],
      parts: ({ app, engines, logger }) =>
        consumerParts(WRITE_FILTER_CONSUMERS, { app, log: engines.stores.log, logger }),
    },
    process.env,
  ),
);
