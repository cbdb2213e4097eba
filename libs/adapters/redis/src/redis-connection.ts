import { Redis } from 'ioredis';
import { InvalidInput, isMemoryError, Unavailable } from '@mneme/domain';
import { isScriptMissing, redisError } from './redis-errors.js';
import type { Script } from './script.js';

export interface ConnectionOptions {
  /** `redis://` or `rediss://`, with credentials where there are any, and the number of a database as its path. */
  readonly url: string;
  /** How long one command may take, and how long an engine that is waited for may be silent. */
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Commands that may wait for their replies; one more is refused at once. */
  readonly commandsWaitingMax: number;
  /** Pause between two attempts to connect; the first ones come sooner. */
  readonly reconnectMsMax: number;
}

const RECONNECT_STEP_MS = 50;

/**
 * One connection, which comes back by itself. While it is away every command fails at once, nothing is kept for later and
 * nothing is sent twice: what was under way may have been done.
 */
export class RedisConnection {
  /** Host and port, fit for a message. */
  readonly address: string;
  private readonly redis: Redis;
  private waiting = 0;
  private lastError: unknown;

  constructor(private readonly options: ConnectionOptions) {
    this.address = addressOf(options.url);
    const { commandTimeoutMs: timeoutMs, connectTimeoutMs: connectTimeout, reconnectMsMax } = options;
    this.redis = new Redis(options.url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      connectTimeout,
      retryStrategy: (attempt) => Math.min(attempt * RECONNECT_STEP_MS, reconnectMsMax),
    });
    // Whoever calls hears of it; without a listener the process would end.
    this.redis.on('error', (error) => (this.lastError = error));
  }

  /** @throws Unavailable when the engine does not answer; it is not tried again. */
  async open(scripts: readonly Script[]): Promise<void> {
    try {
      await this.redis.connect();
      for (const { source } of scripts) await this.redis.script('LOAD', source);
    } catch (error) {
      this.redis.disconnect();
      // What ends an attempt to connect only says that it has ended.
      throw redisError(this.lastError ?? error, this.address);
    }
  }

  /** Runs a script over the keys below `root`; `given` is its first argument, as JSON. */
  run(script: Script, { root, given, bodies = [] }: ScriptCall): Promise<unknown> {
    const parts = [1, root, JSON.stringify(given), ...bodies] as const;
    return this.command(async (redis) => {
      try {
        return await redis.evalsha(script.sha1, ...parts);
      } catch (error) {
        if (!isScriptMissing(error)) throw error;
        return redis.eval(script.source, ...parts);
      }
    });
  }

  /** @throws MemoryError: Unavailable when the engine is away, silent or overloaded. */
  async command<T>(send: (redis: Redis) => Promise<T>): Promise<T> {
    const { commandsWaitingMax } = this.options;
    // Some commands would pass before the engine has said that it is ready.
    if (this.redis.status !== 'ready') throw new Unavailable(`Redis at ${this.address} does not answer`);
    if (this.waiting >= commandsWaitingMax) {
      const limit = `commandsWaitingMax=${commandsWaitingMax}`;
      throw new Unavailable(`too much waits for Redis at ${this.address}; try again later`, { limit });
    }
    this.waiting += 1;
    try {
      return await send(this.redis);
    } catch (error) {
      throw isMemoryError(error) ? error : redisError(error, this.address);
    } finally {
      this.waiting -= 1;
    }
  }

  close(): void {
    this.redis.disconnect();
  }
}

export interface ScriptCall {
  readonly root: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly bodies?: readonly string[];
}

function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'redis:' && parsed?.protocol !== 'rediss:') {
    throw new InvalidInput('this is no address of a Redis: redis://host:port is one', { field: 'url' });
  }
  return `${parsed.hostname}:${parsed.port || '6379'}`;
}
