import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aReadScope, aTurn, engineAddress, eventually } from '@mneme/testing';
import { openRedis, type RedisOptions, type RedisStores } from './open-redis.js';
import { RedisConnection } from './redis-connection.js';
import { dropPrefixes, scratchPrefix } from './scratch-prefix.js';
import { scriptOf } from './script.js';

const url = engineAddress('redis');

describe('an engine that goes away', () => {
  let way: Way;
  let redis: RedisStores;
  let keyPrefix: string;
  const open = async (options: Partial<RedisOptions> = {}) => {
    redis = await openRedis({ url: way.url, keyPrefix, commandTimeoutMs: 200, reconnectMsMax: 50, ...options });
  };
  beforeEach(async () => {
    keyPrefix = scratchPrefix();
    way = await Way.to(url);
    await open();
  });
  afterEach(async () => {
    await redis.close();
    await way.close();
    await dropPrefixes(url, [keyPrefix]);
  });
  const unavailable = { code: 'unavailable', retry: 'later' };
  const signal = () => new AbortController().signal;

  it('is unavailable at once and for as long as it is away, and is used again when it is back', async () => {
    const turn = aTurn();
    way.cut();
    await expect(redis.sessionStore.append([turn])).rejects.toMatchObject(unavailable);
    await expect(redis.sessionStore.append([turn])).rejects.toMatchObject(unavailable);
    await expect(redis.check(signal())).rejects.toMatchObject(unavailable);
    way.mend();
    await eventually('it is back', () =>
      redis.check(signal()).then(
        () => true,
        () => false,
      ),
    );
    await redis.sessionStore.append([turn]);
    const scope = aReadScope(turn.tenantId, turn.subjectId);
    expect(await redis.sessionStore.lastTurns(scope, turn.sessionKey, 1)).toEqual([turn]);
  });

  it('is unavailable within the timeout when it says nothing, and is used again when it does', async () => {
    way.hold();
    await expect(redis.sessionStore.append([aTurn()])).rejects.toMatchObject(unavailable);
    await expect(redis.check(signal())).rejects.toMatchObject(unavailable);
    way.mend();
    await eventually('it is back', () =>
      redis.check(signal()).then(
        () => true,
        () => false,
      ),
    );
  });

  it('fails what was under way, and does not do it later', async () => {
    const turn = aTurn();
    way.hold();
    const appended = redis.sessionStore.append([turn]);
    await way.reached();
    way.cut();
    await expect(appended).rejects.toMatchObject(unavailable);
    way.mend();
    await eventually('it is back', () =>
      redis.check(signal()).then(
        () => true,
        () => false,
      ),
    );
    const scope = aReadScope(turn.tenantId, turn.subjectId);
    expect(await redis.sessionStore.lastTurns(scope, turn.sessionKey, 1)).toEqual([]);
  });

  it('lets no more than a bounded number of commands wait', async () => {
    await redis.close();
    await open({ commandsWaitingMax: 2 });
    way.hold();
    const waiting = [redis.sessionStore.append([aTurn()]), redis.sessionStore.append([aTurn()])];
    const refused = redis.sessionStore.append([aTurn()]);
    await expect(refused).rejects.toMatchObject({ ...unavailable, detail: { limit: 'commandsWaitingMax=2' } });
    for (const one of waiting) await expect(one).rejects.toMatchObject(unavailable);
  });

  it('ends a look at readiness when it is called off', async () => {
    way.hold();
    const calling = new AbortController();
    const checked = redis.check(calling.signal);
    calling.abort();
    await expect(checked).rejects.toMatchObject(unavailable);
    await expect(redis.check(calling.signal)).rejects.toMatchObject(unavailable);
  });

  it('does not open where nothing is, and says where that is', async () => {
    way.cut();
    const address = new URL(way.url).host;
    const opening = openRedis({ url: way.url.replace('//', '//name:secret-word@'), keyPrefix });
    await expect(opening).rejects.toMatchObject({ ...unavailable, message: `Redis at ${address} does not answer` });
  });

  it('keeps no scripts over a restart, which nobody notices', async () => {
    const connection = new RedisConnection({ ...LIMITS, url: way.url });
    await connection.open([]);
    const unheard = scriptOf('reads', `-- ${keyPrefix}`, 'return ARGV[2]');
    const call = { root: keyPrefix, given: {}, bodies: ['answer'] };
    expect(await connection.run(unheard, call)).toBe('answer');
    expect(await connection.run(unheard, call)).toBe('answer');
    connection.close();
  });

  it('answers a command that it does not take with an error of ours, without what was sent', async () => {
    const connection = new RedisConnection({ ...LIMITS, url: way.url });
    await connection.open([]);
    const failed = connection.run(scriptOf('reads', `return redis.call('HGET', KEYS[1])`), {
      root: keyPrefix,
      given: { secret: 'secret-word' },
    });
    const error = await failed.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'corrupt', retry: 'never' });
    expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain('secret-word');
    connection.close();
  });
});

const LIMITS = { commandTimeoutMs: 1_000, connectTimeoutMs: 1_000, commandsWaitingMax: 10, reconnectMsMax: 50 };

/** A way to the engine that can be cut, or hold back all that is said. */
class Way {
  readonly url: string;
  private readonly sockets = new Set<Socket>();
  private state: 'open' | 'held' | 'cut' = 'open';
  private heard: () => void = () => undefined;
  private readonly said = new Promise<void>((resolve) => (this.heard = resolve));

  static async to(target: string): Promise<Way> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Way(server, new URL(target));
  }

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly target: URL,
  ) {
    const own = new URL(target);
    own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.url = own.href;
    server.on('connection', (near) => this.join(near));
  }

  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  hold(): void {
    this.state = 'held';
  }

  mend(): void {
    this.state = 'open';
  }

  /** Resolves when something was said that is held back. */
  reached(): Promise<void> {
    return this.said;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    if (this.state === 'cut') return void near.destroy();
    const far = connect(Number(this.target.port || 6379), this.target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (bytes) => {
        if (this.state === 'open') to.write(bytes);
        else this.heard();
      });
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
