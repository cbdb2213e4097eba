import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { aFact, aGraphView, aReadScope, engineAddress } from '@mneme/testing';
import { dropLabelSpace } from './drop-label-space.js';
import { labelSpaceOf } from './label-space.js';
import { Neo4jDatabase } from './neo4j-database.js';
import { neo4jAddress, neo4jLimits, type Neo4jOptions } from './neo4j-options.js';
import { type Neo4j, openNeo4j } from './open-neo4j.js';
import { ScratchLabelSpace } from './scratch-label-space.js';

const space = new ScratchLabelSpace(engineAddress('neo4j'));
const { options } = space;
const soon = () => AbortSignal.timeout(10_000);
afterAll(() => space.drop(), 60_000);

describe('opening Neo4j', () => {
  it('prepares the label space once, whoever comes first', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => space.open({ poolSizeMax: 2 })));
    const fact = aFact();
    await opened[0]?.factGraph.upsert([fact]);
    for (const { check, factGraph } of opened) {
      await check(soon());
      expect(await factGraph.findIds(fact.tenantId, [fact.memoryId])).toEqual([fact.memoryId]);
    }
  }, 60_000);

  it('keeps label spaces apart, and leaves nothing of one that is dropped', async () => {
    const other = new ScratchLabelSpace(engineAddress('neo4j'));
    const [one, two] = [await space.open(), await other.open()];
    const fact = aFact({ aliases: [] });
    await two.factGraph.upsert([fact]);
    expect(await one.factGraph.findIds(fact.tenantId, [fact.memoryId])).toEqual([]);
    await other.drop();
    await dropLabelSpace(other.options);
    const { labelSpace } = other.options;
    const left = await rowsOf(`SHOW INDEXES YIELD name WHERE name STARTS WITH '${labelSpace}' RETURN name
      UNION MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH '${labelSpace}') RETURN labels(n)[0] AS name`);
    expect(left).toEqual([]);
  }, 60_000);

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['nobody there', { url: 'bolt://127.0.0.1:1', connectTimeoutMs: 500 }],
  ])(
    'fails with one line that says where, for %s',
    async (_, given) => {
      const failed = await openNeo4j({ ...options, retriesMax: 0, ...given }).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'unavailable', retry: 'later' });
      expect((failed as Error).message).toMatch(/^Neo4j at 127\.0\.0\.1:\d+ \S.*[^\n]$/);
      expect((failed as Error).message).not.toContain(options.password);
    },
    60_000,
  );

  it('refuses a label space of a newer release', async () => {
    const other = new ScratchLabelSpace(engineAddress('neo4j'));
    await other.open();
    await rowsOf(`MATCH (s:${labelSpaceOf(other.options.labelSpace).schema}) SET s.version = 99`);
    await expect(openNeo4j(other.options)).rejects.toMatchObject({ code: 'newer-version' });
    await other.drop();
  }, 60_000);

  it('is not ready while an index is gone, and makes it anew at the next start', async () => {
    const other = new ScratchLabelSpace(engineAddress('neo4j'));
    const { check } = await other.open();
    await rowsOf(`DROP INDEX ${other.options.labelSpace}_fact_to`);
    await expect(check(soon())).rejects.toMatchObject({ code: 'unavailable' });
    const again = await other.open();
    await again.check(soon());
    await other.drop();
  }, 60_000);
});

describe('a server that is away', () => {
  const gates: Gate[] = [];
  const opened: Neo4j[] = [];
  afterEach(async () => {
    for (const neo4j of opened.splice(0)) await neo4j.close();
    for (const gate of gates.splice(0)) await gate.close();
  });
  const behindGate = async (limits: Partial<Neo4jOptions> = {}) => {
    const gate = await Gate.to(new URL(options.url));
    gates.push(gate);
    const neo4j = await openNeo4j({ ...options, url: `bolt://127.0.0.1:${gate.port}`, ...limits });
    opened.push(neo4j);
    return { gate, neo4j };
  };

  it('is said to be, and is used again by itself once it is back', async () => {
    const { gate, neo4j } = await behindGate({ retriesMax: 1 });
    const fact = aFact();
    await gate.cut();
    await expect(neo4j.factGraph.upsert([fact])).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    await expect(neo4j.check(soon())).rejects.toMatchObject({ code: 'unavailable' });
    await gate.mend();
    await neo4j.factGraph.upsert([fact]);
    await neo4j.check(soon());
    const states = await neo4j.factGraph.statesOf(
      aReadScope(fact.tenantId, fact.subjectId),
      [fact.memoryId],
      aGraphView(),
    );
    expect(states).toHaveLength(1);
  }, 60_000);

  it('loses no request to a connection that broke while nobody used it', async () => {
    const { gate, neo4j } = await behindGate();
    gate.breakConnections();
    const fact = aFact();
    await neo4j.factGraph.upsert([fact]);
    expect(await neo4j.factGraph.findIds(fact.tenantId, [fact.memoryId])).toEqual([fact.memoryId]);
  }, 60_000);

  it('is waited for no longer than is said when it hangs', async () => {
    const { gate, neo4j } = await behindGate({ answerTimeoutMs: 2_000 });
    gate.hold();
    const fact = aFact();
    await expect(neo4j.factGraph.upsert([fact])).rejects.toMatchObject({ code: 'timeout', retry: 'later' });
    await expect(neo4j.check(AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'unavailable' });
    gate.release();
    await neo4j.factGraph.upsert([fact]);
  }, 60_000);
});

async function rowsOf(text: string): Promise<readonly object[]> {
  const database = new Neo4jDatabase(neo4jAddress(options), neo4jLimits({}));
  try {
    if (text.startsWith('SHOW')) {
      const [indexes = '', nodes = ''] = text.split('UNION');
      return [...(await database.rows(indexes)), ...(await database.rows(nodes))];
    }
    if (text.startsWith('DROP')) return await database.run(text).then(() => []);
    return await database.transaction((queries) => queries.rows(text));
  } finally {
    await database.close();
  }
}

/** Stands between a client and the server: connections can be cut, or held so that nothing comes through. */
class Gate {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private isHeld = false;
  port = 0;

  static async to(target: URL): Promise<Gate> {
    const gate = new Gate(target);
    await gate.mend();
    return gate;
  }

  private constructor(private readonly target: URL) {}

  async mend(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.breakPair(client, upstream));
      }
      client.pipe(upstream).pipe(client);
      if (this.isHeld) this.hold();
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { readonly port: number }).port;
    this.server = server;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    this.breakConnections();
    await closed;
  }

  close(): Promise<void> {
    return this.server?.listening === true ? this.cut() : Promise.resolve();
  }

  breakConnections(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  hold(): void {
    this.isHeld = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.isHeld = false;
    for (const socket of this.sockets) socket.resume();
  }

  private breakPair(...pair: readonly Socket[]): void {
    for (const socket of pair) {
      socket.destroy();
      this.sockets.delete(socket);
    }
  }
}
