import { join } from 'node:path';
import { type Client, credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { connect, type Connection } from '@mneme/client';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const TURN = { userId: 'ana', session: 's1', role: 'user', content: 'I moved to Lisbon' };
const AHEAD_MS = 20 * 60_000;

describe('bad input, over gRPC and HTTP', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  let raw: RawIngest;
  let stranger: Connection;

  beforeAll(async () => {
    service = await startStandalone(directory, { MNEME_LOG_LEVEL: 'silent' });
    await settled((await overGrpc([TURN])).token);
    raw = new RawIngest(service);
    await service.operator.admin.createTenant({ tenantId: 'stranger' });
    const rights = ['ingest', 'recall', 'on-behalf-of', 'erase', 'admin'];
    const request = { tenantId: 'stranger', agentId: 'bot', teamIds: ['billing'], rights };
    stranger = connect({ address: service.grpc, apiKey: (await service.operator.admin.createKey(request)).secret });
  });
  afterAll(async () => {
    raw.close();
    stranger.close();
    await service.stop('SIGTERM');
  });

  const post = async (body: string | Uint8Array, bearer = service.bearer) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const response = await fetch(`${service.http}/v1/turns`, { method: 'POST', headers, body });
    return {
      status: response.status,
      body: (await response.json()) as { error?: Record<string, unknown>; token: string },
    };
  };
  const overGrpc = (turns: readonly object[]) =>
    service.agent.ingest.ingestTurns({ turns: turns.map((turn) => ({ toolCalls: [], ...turn })) as never });
  /** Waits until what was accepted has gone through the pipeline, so that it changes nothing any more. */
  const settled = async (token: string) => {
    const page = await service.agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor: { token } });
    expect(page.freshness).toBe('current');
  };
  /** Everything that a refused request could have changed. */
  const state = async () => {
    const log = new DatabaseSync(join(directory, 'log.db'), { readOnly: true });
    const keys = new DatabaseSync(join(directory, 'keys.db'), { readOnly: true });
    const named =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('commits', 'floors') ORDER BY 1";
    const records = log
      .prepare(named)
      .all()
      .map(({ name }) => rowsIn(log, String(name)));
    const rows = ['accepted_turns', 'subjects', 'api_keys', 'agents', 'tenants'].map((table) => rowsIn(keys, table));
    log.close();
    keys.close();
    return { records, rows, digest: await service.agent.admin.digest({}) };
  };
  const changingNothing = async (work: () => Promise<void>) => {
    const before = await state();
    await work();
    expect(await state()).toEqual(before);
  };

  it.each([
    ['a time without a zone', { occurredAt: '2026-03-14T09:26:53' }, 'turns[1].occurredAt'],
    ['a date alone', { occurredAt: '2026-03-14' }, 'turns[1].occurredAt'],
    ['a time too far ahead', { occurredAt: new Date(Date.now() + AHEAD_MS).toISOString() }, 'turns[1].occurredAt'],
    ['a text too long', { content: 'é'.repeat(32_769) }, 'turns[1].content'],
    ['half a surrogate pair, which arrives as U+FFFD', { content: 'a\uFFFDb' }, 'turns[1].content'],
    [
      'tool calls that are not JSON',
      { toolCalls: [{ name: 'f', arguments: '{"a":' }] },
      'turns[1].toolCalls[0].arguments',
    ],
    [
      'tool calls that are no object',
      { toolCalls: [{ name: 'f', arguments: '"a"' }] },
      'turns[1].toolCalls[0].arguments',
    ],
    ['a tool name too long', { toolCalls: [{ name: 'f'.repeat(129), arguments: '{}' }] }, 'turns[1].toolCalls[0].name'],
    ['too many tool calls', { toolCalls: Array(65).fill({ name: 'f', arguments: '{}' }) }, 'turns[1].toolCalls'],
    ['a turn of nothing', { content: '' }, 'turns[1].content'],
    ['an unknown scope', { scope: 'world' }, 'turns[1].scope'],
    ['an unknown source', { sourceClass: 'rumour' }, 'turns[1].sourceClass'],
    ["another's team", { scope: 'team', teamId: 'billing' }, 'turns[1].teamId'],
    ['a user id too long', { userId: 'u'.repeat(257) }, 'turns[1].userId'],
    ['a speaker name too long', { speakerName: 'n'.repeat(129) }, 'turns[1].speakerName'],
  ])('refuses %s alike, names the field, and changes nothing', async (_name, given, field) => {
    await changingNothing(async () => {
      const turns = [TURN, { ...TURN, ...given }];
      const { status: http, body } = await post(JSON.stringify({ turns }));
      expect(body.error).toMatchObject({ field, index: 1 });
      expect(http).toBeGreaterThanOrEqual(400);
      expect(http).toBeLessThan(500);
      // How far ahead of the clock a time is changes from one request to the next.
      const { code, message, index, limit } = body.error as Record<string, unknown>;
      const detail = { field, index, ...(limit === undefined ? {} : { limit }) };
      await expect(overGrpc(turns)).rejects.toMatchObject({ code, message, detail });
      const chunk = { turns: turns.map((turn) => ({ toolCalls: [], ...turn })) as never };
      const [answer, ...more] = await collected(service.agent.ingest.streamTurns([chunk], { inFlightMax: 1 }));
      expect(answer?.refused).toMatchObject({ code, message, ...detail });
      expect(more).toEqual([]);
    });
  });

  it.each([
    ['a number for a text', { content: 7 }, 'turns[0].content'],
    ['null for a text', { content: null }, 'turns[0].content'],
    ['a list for a text', { content: ['x'] }, 'turns[0].content'],
    ['a number for a time', { occurredAt: 1_780_300_800 }, 'turns[0].occurredAt'],
    ['a text for a list', { toolCalls: 'f()' }, 'turns[0].toolCalls'],
    ['a number for an id', { userId: 7 }, 'turns[0].userId'],
    ['an unknown field', { mood: 'good' }, 'turns[0].mood'],
    ['the tenant, which the key says', { tenantId: 'stranger' }, 'turns[0].tenantId'],
    ['the epoch, which the registry says', { epoch: 9 }, 'turns[0].epoch'],
  ])('refuses %s over HTTP by name and type', async (_name, given, field) => {
    await changingNothing(async () => {
      const { status: http, body } = await post(JSON.stringify({ ...TURN, ...given }));
      expect({ http, error: body.error }).toMatchObject({ http: 400, error: { code: 'invalid-input', field } });
    });
  });

  it.each([
    ['no object', '7', 'body'],
    ['turns that are no list', '{"turns":{}}', 'turns'],
    ['no turn', '{"turns":[]}', 'turns'],
    ['a turn that is no object', '{"turns":[7]}', 'turns[0]'],
    ['an unknown field beside the turns', `{"turns":[${JSON.stringify(TURN)}],"mood":1}`, 'mood'],
    ['a name of the language', `{"__proto__":{},${JSON.stringify(TURN).slice(1)}`, 'turns[0].__proto__'],
  ])('refuses a body with %s', async (_name, body, field) => {
    await changingNothing(async () => {
      expect(await post(body)).toMatchObject({ status: 400, body: { error: { code: 'invalid-input', field } } });
    });
  });

  it('refuses bytes that are no UTF-8 over both', async () => {
    await changingNothing(async () => {
      const text = Buffer.from(JSON.stringify({ ...TURN, content: 'a?b' }));
      text[text.indexOf('?')] = 0xff;
      const { status: http, body } = await post(text);
      expect(http).toBe(400);
      expect(body.error).toMatchObject({ code: 'invalid-input', field: expect.stringMatching(/body|content/) });
      const sent = raw.ingest(requestOf({ ...TURN, content: Buffer.from([0x61, 0xff, 0x62]) }));
      await expect(sent).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    });
  });

  it('ignores unknown fields over gRPC, as proto3 does, and refuses bytes that are no message', async () => {
    await changingNothing(async () => {
      const whole = requestOf({ ...TURN, content: Buffer.from('cut short') });
      await expect(raw.ingest(whole.subarray(0, -4))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
      await expect(raw.ingest(Buffer.from([0xff, 0xff, 0xff]))).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    });
    const unknown = field(99, Buffer.from('from a newer client'));
    await raw.ingest(Buffer.concat([requestOf({ ...TURN, content: Buffer.from('from now') }), unknown]));
    // Accepted, and in its session's place before this one.
    await settled((await overGrpc([TURN])).token);
  });

  it('refuses a key that was revoked, from the next request on, over both', async () => {
    const request = { agentId: 'temp', teamIds: [], rights: ['ingest', 'recall', 'on-behalf-of'] };
    const { secret, key } = await service.agent.admin.createKey(request);
    const temporary = connect({ address: service.grpc, apiKey: secret });
    const { body: taken } = await post(JSON.stringify(TURN), secret);
    await settled(taken.token);
    await service.agent.admin.revokeKey({ keyId: key?.keyId ?? '' });
    await changingNothing(async () => {
      const { status: http, body } = await post(JSON.stringify(TURN), secret);
      expect({ http, body }).toMatchObject({ http: 401, body: { error: { code: 'unauthenticated' } } });
      const refused = { code: 'unauthenticated', message: body.error?.['message'] };
      const turns = [{ ...TURN, toolCalls: [] }];
      await expect(temporary.ingest.ingestTurns({ turns })).rejects.toMatchObject(refused);
      await expect(collected(temporary.ingest.streamTurns([{ turns }]))).rejects.toMatchObject(refused);
      const recall = { question: 'Lisbon', userId: 'ana', filters: [] };
      await expect(temporary.retrieval.recall(recall)).rejects.toMatchObject(refused);
    });
    temporary.close();
  });

  it("answers another tenant's ids as ids that are not there", async () => {
    const { memories } = await service.agent.retrieval.listMemories({ userId: 'ana', filters: [] });
    const memoryId = memories[0]?.memoryId ?? '';
    const { keys } = await service.agent.admin.listKeys({});
    await changingNothing(async () => {
      const notFound = { code: 'not-found' };
      await expect(stranger.retrieval.getMemory({ memoryId, userId: 'ana' })).rejects.toMatchObject(notFound);
      await expect(stranger.erasure.getErasure({ erasureId: memoryId })).rejects.toMatchObject(notFound);
      await expect(stranger.admin.revokeKey({ keyId: keys[0]?.keyId ?? '' })).rejects.toMatchObject(notFound);
      await expect(stranger.admin.digest({ tenantId: 'development' })).rejects.toMatchObject({ code: 'forbidden' });
      const question = { question: 'Where did Ana move?', userId: 'ana', filters: [], similarityMin: 0 };
      expect((await stranger.retrieval.recall(question)).hits).toEqual([]);
    });
    expect((await service.agent.retrieval.getMemory({ memoryId, userId: 'ana' })).memoryId).toBe(memoryId);
  });

  it.each([
    ['an unknown filter', { field: 'mood', op: 'in', values: ['x'] }],
    ['an unknown operator', { field: 'kind', op: 'like', values: ['episode'] }],
    ['a kind that there is not', { field: 'kind', op: 'in', values: ['rumour'] }],
    ['a time without a zone', { field: 'occurred_at', op: 'after', values: ['2026-03-14T09:26:53'] }],
    ['no value', { field: 'kind', op: 'in', values: [] }],
    ['too many values', { field: 'session', op: 'in', values: Array<string>(65).fill('s') }],
  ])('refuses a filter with %s and never ignores it', async (_name, filter) => {
    const filters = [filter];
    const refused = {
      code: expect.stringMatching(/invalid-input|limit-exceeded/),
      detail: { field: expect.stringContaining('filters[0]') },
    };
    const asked = { question: 'Lisbon', userId: 'ana', filters };
    await expect(service.agent.retrieval.recall(asked)).rejects.toMatchObject(refused);
    await expect(service.agent.retrieval.listMemories({ userId: 'ana', filters })).rejects.toMatchObject(refused);
  });
});

/** Sends bytes as they are. */
class RawIngest {
  private readonly client: Client;
  private readonly metadata = new Metadata();

  constructor({ grpc, bearer }: Running) {
    this.client = new (makeGenericClientConstructor({}, 'Raw'))(grpc, credentials.createInsecure());
    this.metadata.set('authorization', `Bearer ${bearer}`);
  }

  ingest(bytes: Buffer): Promise<Buffer | undefined> {
    const asItIs = (sent: Buffer) => sent;
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, answer?: Buffer) => (error === null ? resolve(answer) : reject(error));
      this.client.makeUnaryRequest('/mneme.v1.Ingest/IngestTurns', asItIs, asItIs, bytes, this.metadata, done);
    });
  }

  close(): void {
    this.client.close();
  }
}

/** A field of a protobuf message whose value is bytes. */
function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

function requestOf(turn: { userId: string; session: string; role: string; content: Uint8Array }): Buffer {
  const { userId, session, role, content } = turn;
  const texts = [userId, session, role].map((text, at) => field(at + 1, Buffer.from(text)));
  return field(1, Buffer.concat([...texts, field(4, content)]));
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function rowsIn(db: DatabaseSyncInstance, table: string): number {
  return (db.prepare(`SELECT count(*) AS rows FROM "${table}"`).get() as { rows: number }).rows;
}
