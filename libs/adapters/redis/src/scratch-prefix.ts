import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

const KEYS_AT_ONCE = 1_000;

/** For specs: a key prefix that nobody else has. */
export function scratchPrefix(): string {
  return `spec-${randomBytes(6).toString('hex')}`;
}

/** For specs: drops what stands below the prefixes. Nothing of the store itself ever looks for keys. */
export async function dropPrefixes(url: string, prefixes: readonly string[]): Promise<void> {
  const redis = new Redis(url);
  try {
    for (const prefix of prefixes) {
      const stream = redis.scanStream({ match: `${prefix}:*`, count: KEYS_AT_ONCE });
      for await (const keys of stream as AsyncIterable<string[]>)
        await Promise.all(keys.map((key) => redis.unlink(key)));
    }
  } finally {
    redis.disconnect();
  }
}
