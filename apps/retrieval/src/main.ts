import 'reflect-metadata';
import { DocsModule, runMain } from '@mneme/platform';
import { parseRetrievalConfig, RetrievalModule, sessionsOpenApi } from '@mneme/retrieval-service';
import { startService } from '@mneme/wiring';

/** Questions in, ranked memories out. */
await runMain(() =>
  startService(
    {
      service: 'retrieval',
      parse: parseRetrievalConfig,
      modules: (config) => [RetrievalModule.register(config), DocsModule.register([sessionsOpenApi])],
      grpc: ['Retrieval', 'Sessions'],
    },
    process.env,
  ),
);
