import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { subjectRef } from '@mneme/domain';
import {
  anIndexedMemory,
  anIndexFilter,
  aReadScope,
  randomSubjectId,
  randomTenantId,
  unitVector,
} from '@mneme/testing';
import { dropQdrantCollections, openQdrant, type Qdrant } from './open-qdrant.js';

const EAST = unitVector(1, 0, 0, 0);
const API_KEY = 'of-this-spec';
const START_MS_MAX = 30_000;
const SIGNAL = () => AbortSignal.timeout(5_000);

/** A Qdrant of this spec's own, which it may kill. */
class OwnQdrant {
  readonly directory = mkdtempSync(join(tmpdir(), 'mneme-qdrant-'));
  private child: ChildProcess | undefined;

  constructor(private readonly ports: readonly [number, number]) {}

  get url(): string {
    return `http://127.0.0.1:${this.ports[0]}`;
  }

  async start(): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      QDRANT__SERVICE__HOST: '127.0.0.1',
      QDRANT__SERVICE__HTTP_PORT: String(this.ports[0]),
      QDRANT__SERVICE__GRPC_PORT: String(this.ports[1]),
      QDRANT__SERVICE__API_KEY: API_KEY,
      QDRANT__STORAGE__STORAGE_PATH: join(this.directory, 'storage'),
      QDRANT__STORAGE__SNAPSHOTS_PATH: join(this.directory, 'snapshots'),
      QDRANT__TELEMETRY_DISABLED: 'true',
    };
    let failure: Error | undefined;
    this.child = spawn('qdrant', [], { env, cwd: this.directory, stdio: 'ignore' });
    this.child.once('error', (cause) => (failure = new Error('there is no `qdrant` on the PATH', { cause })));
    const untilMs = Date.now() + START_MS_MAX;
    while (!(await this.answers())) {
      if (failure !== undefined) throw failure;
      if (Date.now() > untilMs) throw new Error('this Qdrant did not start');
      await sleep(50);
    }
  }

  async kill(): Promise<void> {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** Holds it where it is: it takes connections and answers nothing. */
  pause(isPaused: boolean): void {
    this.child?.kill(isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}

describe('Qdrant that comes and goes', () => {
  let server: OwnQdrant;
  let qdrant: Qdrant;
  const options = () => ({ url: server.url, apiKey: API_KEY, collectionPrefix: `spec-${randomUUID()}` });

  beforeAll(async () => {
    server = new OwnQdrant([await freePort(), await freePort()]);
    await server.start();
  }, START_MS_MAX);
  beforeEach(async () => {
    qdrant = await openQdrant(options());
  });
  afterEach(() => qdrant.close());
  afterAll(async () => {
    await server.kill();
    rmSync(server.directory, { recursive: true, force: true });
  });

  it('keeps what it has acknowledged when it is killed', async () => {
    const { memories, found } = someone(qdrant);
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (const memory of memories) {
        await qdrant.vectorIndex.upsert([memory]);
        acknowledged.push(memory.memoryId);
      }
    })();
    while (acknowledged.length < 20) await sleep(1);
    await server.kill();
    await expect(writing).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    const acknowledgedThen = [...acknowledged];
    await server.start();
    expect(await found()).toEqual(expect.arrayContaining(acknowledgedThen));
    await qdrant.vectorIndex.upsert(memories);
    expect((await found()).sort()).toEqual(memories.map(({ memoryId }) => memoryId).sort());
  }, 60_000);

  it('says so while it is away, and answers by itself when it is back', async () => {
    const { memories, found } = someone(qdrant);
    await qdrant.vectorIndex.upsert(memories);
    await server.kill();
    const message = `Qdrant at ${new URL(server.url).host} does not answer`;
    const refused = (asked: Promise<unknown>) =>
      expect(asked).rejects.toThrow(expect.objectContaining({ code: 'unavailable', message }));
    await Promise.all([refused(found()), refused(qdrant.check(SIGNAL())), refused(openQdrant(options()))]);
    await server.start();
    await qdrant.check(SIGNAL());
    expect(await found()).toHaveLength(memories.length);
  }, 60_000);

  it('waits no longer than it may for one that hangs', async () => {
    const { memories } = someone(qdrant);
    await qdrant.vectorIndex.upsert(memories);
    const hasty = await openQdrant({ ...options(), limits: { timeoutMs: 200 } });
    server.pause(true);
    try {
      await expect(hasty.check(SIGNAL())).rejects.toMatchObject({
        code: 'timeout',
        detail: { limit: 'timeoutMs=200' },
      });
      await expect(hasty.check(AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'unavailable' });
      const asked = expect(hasty.check(SIGNAL())).rejects.toThrow('this connection to Qdrant is closed');
      await hasty.close();
      await asked;
    } finally {
      server.pause(false);
    }
    await expect(hasty.check(SIGNAL())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses to open with a wrong key, and names no key', async () => {
    const message = `Qdrant at ${new URL(server.url).host} refuses the API key`;
    await expect(openQdrant({ ...options(), apiKey: 'wrong' })).rejects.toThrow(expect.objectContaining({ message }));
  });

  it('goes on with a write that was cut off between its collection and the alias', async () => {
    const { collectionPrefix, ...rest } = options();
    const own = await openQdrant({ ...rest, collectionPrefix });
    const { memories, found } = someone(own);
    await own.vectorIndex.upsert(memories);
    const headers = { 'api-key': API_KEY, 'content-type': 'application/json' };
    const { result } = (await (await fetch(`${server.url}/aliases`, { headers })).json()) as Aliases;
    const { alias_name } = result.aliases.find((alias) => alias.alias_name.startsWith(collectionPrefix)) as Alias;
    const actions = [{ delete_alias: { alias_name } }];
    await fetch(`${server.url}/collections/aliases`, { method: 'POST', headers, body: JSON.stringify({ actions }) });
    const next = await openQdrant({ ...rest, collectionPrefix });
    await next.vectorIndex.upsert(memories);
    expect(await found()).toHaveLength(memories.length);
    await Promise.all([own.close(), next.close()]);
  });

  it('makes one collection when many processes begin at once', async () => {
    const shared = options();
    const opened = await Promise.all(Array.from({ length: 4 }, () => openQdrant(shared)));
    const { memories, found, subject } = someone(opened[0] as Qdrant);
    await Promise.all(opened.map(({ vectorIndex }) => vectorIndex.upsert(memories)));
    expect(await found()).toHaveLength(memories.length);
    expect(await opened[1]?.vectorIndex.countSubject(subject, 2)).toBe(memories.length);
    await Promise.all(opened.map((one) => one.close()));
  }, 60_000);

  it('keeps the highest version of each memory, whichever of several writers comes last', async () => {
    const shared = options();
    const writers = await Promise.all(Array.from({ length: 3 }, () => openQdrant(shared)));
    const { memories, hits } = someone(writers[0] as Qdrant);
    await writers[0]?.vectorIndex.upsert(memories);
    const versions = Array.from({ length: 12 }, (_, at) => at + 1).sort(() => Math.random() - 0.5);
    await Promise.all(
      versions.map(async (by, at) => {
        const { vectorIndex } = writers[at % 3] as Qdrant;
        await vectorIndex.upsert(memories.map((one) => ({ ...one, version: one.version + by })));
      }),
    );
    const highest = new Map(memories.map(({ memoryId, version }) => [memoryId, version + versions.length]));
    expect(new Map((await hits()).map(({ memoryId, version }) => [memoryId, version]))).toEqual(highest);
    await Promise.all(writers.map((one) => one.close()));
  }, 60_000);

  it('gives another prefix nothing, and drops one prefix alone', async () => {
    const [one, other] = [options(), options()];
    const [a, b] = [
      await openQdrant(one),
      await openQdrant({ ...other, collectionPrefix: `${one.collectionPrefix}-b` }),
    ];
    const { memories, found, scope } = someone(a);
    await a.vectorIndex.upsert(memories);
    const search = { vector: EAST, limit: 100 };
    expect(await b.vectorIndex.searchDense(scope, search, anIndexFilter())).toEqual([]);
    await b.vectorIndex.upsert(memories.slice(0, 1));
    await dropQdrantCollections({ ...other, collectionPrefix: `${one.collectionPrefix}-b` });
    expect(await found()).toHaveLength(memories.length);
    const gone = b.vectorIndex.searchDense(scope, search, anIndexFilter());
    await expect(gone).rejects.toThrow(expect.objectContaining({ code: 'unavailable' }));
    expect(await b.vectorIndex.searchDense(scope, search, anIndexFilter())).toEqual([]);
    await b.vectorIndex.upsert(memories.slice(0, 1));
    expect(await b.vectorIndex.searchDense(scope, search, anIndexFilter())).toHaveLength(1);
    await Promise.all([a.close(), b.close()]);
  });

  it('refuses a prefix that another could begin with, and a collection of a newer version', async () => {
    await expect(openQdrant({ ...options(), collectionPrefix: 'a.b' })).rejects.toMatchObject({
      code: 'invalid-input',
      detail: { field: 'collectionPrefix' },
    });
    const own = options();
    const { memories } = someone(qdrant);
    const writer = await openQdrant(own);
    await writer.vectorIndex.upsert(memories);
    await writer.close();
    const headers = { 'api-key': API_KEY, 'content-type': 'application/json' };
    const { result } = (await (await fetch(`${server.url}/aliases`, { headers })).json()) as Aliases;
    const { collection_name } = result.aliases.find((one) => one.alias_name.startsWith(own.collectionPrefix)) as Alias;
    const body = JSON.stringify({ metadata: { schemaVersion: 2 } });
    await fetch(`${server.url}/collections/${collection_name}`, { method: 'PATCH', headers, body });
    await expect(openQdrant(own)).rejects.toMatchObject({ code: 'newer-version' });
  });
});

interface Alias {
  readonly alias_name: string;
  readonly collection_name: string;
}

interface Aliases {
  readonly result: { readonly aliases: readonly Alias[] };
}

function someone({ vectorIndex }: Qdrant) {
  const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
  const memories = Array.from({ length: 60 }, () => anIndexedMemory('red kite', { memory: owner }));
  const scope = aReadScope(owner.tenantId, owner.subjectId);
  const hits = () => vectorIndex.searchDense(scope, { vector: EAST, limit: 100 }, anIndexFilter());
  const found = async () => (await hits()).map(({ memoryId }): string => memoryId);
  return { memories, scope, hits, found, subject: subjectRef(owner.tenantId, owner.subjectId) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
