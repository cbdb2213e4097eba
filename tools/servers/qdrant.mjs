import { mkdirSync } from 'node:fs';
import { launch } from './processes.mjs';

/** Qdrant, when there is one: at `MNEME_QDRANT_URL`, or a `qdrant` on the path. It is never installed from here. */
export const qdrant = {
  name: 'qdrant',
  variables: ({ ports }) => ({ MNEME_QDRANT_URL: `http://127.0.0.1:${ports.qdrant}` }),
  isReady: async ({ ports }) => {
    try {
      const answer = await fetch(`http://127.0.0.1:${ports.qdrant}/readyz`, { signal: AbortSignal.timeout(2_000) });
      return answer.ok;
    } catch {
      return false;
    }
  },
  start: (run) => {
    mkdirSync(run.pathOf('qdrant'), { recursive: true });
    const env = {
      QDRANT__SERVICE__HOST: '127.0.0.1',
      QDRANT__SERVICE__HTTP_PORT: String(run.ports.qdrant),
      QDRANT__SERVICE__GRPC_PORT: String(run.ports['qdrant-grpc']),
      QDRANT__STORAGE__STORAGE_PATH: run.pathOf('qdrant', 'storage'),
      QDRANT__STORAGE__SNAPSHOTS_PATH: run.pathOf('qdrant', 'snapshots'),
      QDRANT__TELEMETRY_DISABLED: 'true',
    };
    launch(run, 'qdrant', { command: 'qdrant', args: [], env });
  },
};
