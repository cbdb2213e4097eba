import 'reflect-metadata';
import {
  ErasureModule,
  KEY_CACHE_MS_MAX,
  parseErasureConfig,
  ReapplyErasures,
  RunErasures,
} from '@mneme/erasure-service';
import { part, runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';

/** Erases users; one process of it is active. */
await runMain(() =>
  startService(
    {
      service: 'erasure',
      // Other processes may have been told to hold keys for longer than this one.
      parse: (env) => ({ ...parseErasureConfig(env), keyCacheMs: KEY_CACHE_MS_MAX }),
      modules: (config) => [ErasureModule.register(config)],
      grpc: ['Erasure'],
      isSole: true,
      appliesErasures: true,
      parts: ({ app }) => [
        part('reapply-erasures', app.get(ReapplyErasures, { strict: false })),
        part('erasures', app.get(RunErasures, { strict: false })),
      ],
    },
    process.env,
  ),
);
