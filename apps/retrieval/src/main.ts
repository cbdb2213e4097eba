import 'reflect-metadata';
import { runMain } from '@mneme/platform';
import { parseRetrievalConfig, RetrievalModule } from '@mneme/retrieval-service';
import { startService } from '@mneme/wiring';

/** Questions in, ranked memories out. */
await runMain(() =>
  startService(
    {
      service: 'retrieval',
      parse: parseRetrievalConfig,
      modules: (config) => [RetrievalModule.register(config)],
      grpc: ['Retrieval', 'Sessions'],
    },
    process.env,
  ),
);
