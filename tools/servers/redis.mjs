import { mkdirSync } from 'node:fs';
import { answerOf, launch } from './processes.mjs';

const MAX_MEMORY = '512mb';

/** Redis: it keeps nothing on the disk and evicts nothing. */
export const redis = {
  name: 'redis',
  variables: ({ ports }) => ({ MNEME_REDIS_URL: `redis://127.0.0.1:${ports.redis}` }),
  isReady: async ({ ports }) => String(await answerOf(ports.redis, 'PING\r\n')).startsWith('+PONG'),
  start: (run) => {
    mkdirSync(run.pathOf('redis'), { recursive: true });
    const settings = {
      bind: '127.0.0.1',
      port: run.ports.redis,
      dir: run.pathOf('redis'),
      daemonize: 'no',
      save: '',
      appendonly: 'no',
      maxmemory: MAX_MEMORY,
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    launch(run, 'redis', { command: 'redis-server', args });
  },
};
