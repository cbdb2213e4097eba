import 'reflect-metadata';
import { AcceptTurns, commandsOpenApi, IngestModule, ingestOpenApi, parseIngestConfig } from '@mneme/ingest-service';
import { DocsModule, part, runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';

/** Takes turns and commands in. */
await runMain(() =>
  startService(
    {
      service: 'ingest',
      parse: parseIngestConfig,
      modules: (config) => [
        IngestModule.register(config),
        DocsModule.register([ingestOpenApi(config.limits), commandsOpenApi(config.limits)]),
      ],
      grpc: ['Ingest', 'Commands'],
      parts: ({ app }) => [part('accept-turns', app.get(AcceptTurns, { strict: false }))],
    },
    process.env,
  ),
);
