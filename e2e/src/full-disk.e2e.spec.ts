import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const PRELOAD = new URL('disk-allowance.mjs', import.meta.url);
const ROOM = 1_000_000;
const TURNS = 100;
const FILLER = Array.from({ length: 1_000 }, (_, at) => `part ${at}`).join(' ');
/** Accepted turns and the log: what a turn must reach before it is acknowledged. */
const ACKNOWLEDGING = ['keys.db', 'log.db'];

describe('the service on a full disk', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  let requests = 0;

  beforeAll(async () => {
    service = await startStandalone(directory, { MNEME_LOG_LEVEL: 'silent' }, { preload: PRELOAD });
    // What is kept is not the matter here.
    await service.operator.admin.setPolicy({
      tenantId: 'development',
      policyJson: '{"writeFilter":{"keepAtLeast":0}}',
    });
    await taken(aRequest());
  });
  beforeEach(() => allow([...ACKNOWLEDGING, 'store.db', 'session.db'], ROOM));
  afterAll(() => service.stop('SIGTERM'));

  /** Leaves room for `pages` more in each of the files. */
  const allow = async (files: readonly string[], pages: number) => {
    for (const file of files) expect(await service.tell({ file, pages })).not.toEqual({ bounded: 0 });
  };
  /** Too much for the room that a file has left in pages of its own. */
  const aRequest = () => {
    requests += 1;
    const turns = Array.from({ length: TURNS }, (_, i) => ({
      userId: `user-${i % 5}`,
      session: `s${requests}`,
      role: 'user',
      content: `note ${i} of request ${requests} ${FILLER}`,
    }));
    return { turns, idempotencyKey: `request-${requests}` };
  };
  type Request = ReturnType<typeof aRequest>;
  const overGrpc = ({ turns, ...rest }: Request) =>
    service.agent.ingest.ingestTurns({ ...rest, turns: turns.map((turn) => ({ ...turn, toolCalls: [] })) });
  const overHttp = async (request: Request) => {
    const response = await fetch(`${service.http}/v1/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const expectRefused = async (request: Request) => {
    const { status: http, body } = await overHttp(request);
    expect({ http, body }).toMatchObject({ http: 507, body: { error: { code: 'storage-full' } } });
    const { message } = body['error'] as { message: string };
    const refused = { code: 'storage-full', message, cause: { code: status.RESOURCE_EXHAUSTED } };
    await expect(overGrpc(request)).rejects.toMatchObject(refused);
    const [answer] = await streamed(request);
    expect(answer?.refused).toMatchObject({ code: 'storage-full', message });
  };
  const streamed = async ({ turns, ...rest }: Request) => {
    const chunk = { ...rest, turns: turns.map((turn) => ({ ...turn, toolCalls: [] })) };
    const answers = [];
    for await (const answer of service.agent.ingest.streamTurns([chunk], { inFlightMax: 1 })) answers.push(answer);
    return answers;
  };
  /** Sends until it is taken, and waits until it can be recalled. */
  const taken = async (request: Request) => {
    const answer = await overGrpc(request);
    expect(await memoriesOf(answer.token)).toEqual(expect.arrayContaining([...answer.turnIds]));
    return answer;
  };
  /** Turn ids behind every memory; waits for the token. */
  const memoriesOf = async (token?: string) => {
    const turnIds: string[] = [];
    for (let user = 0; user < 5; user += 1) {
      let cursor: string | undefined;
      do {
        const waitFor = token === undefined ? {} : { waitFor: { token, timeoutMs: 20_000 } };
        const request = { userId: `user-${user}`, filters: [], pageSize: 200, cursor, ...waitFor };
        const page = await service.agent.retrieval.listMemories(request);
        if (token !== undefined) expect(page.freshness).toBe('current');
        turnIds.push(...page.memories.flatMap((memory) => memory.turnIds));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
    }
    return turnIds;
  };
  /** Turns that the log holds. */
  const logged = () => {
    const log = new DatabaseSync(join(directory, 'log.db'), { readOnly: true });
    const tables = log.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%turns%'").all();
    const counts = tables.map(({ name }) => log.prepare(`SELECT count(*) AS records FROM "${String(name)}"`).get());
    log.close();
    expect(tables.length).toBeGreaterThan(0);
    return counts.reduce((sum, row) => sum + Number(row?.['records']), 0);
  };
  const isDigestEqual = async () => (await service.agent.admin.digest({})).equal;

  it.each([...ACKNOWLEDGING.map((file) => [[file]]), [[...ACKNOWLEDGING, 'store.db', 'session.db']]])(
    'refuses turns alike over gRPC and HTTP when %s is full, writes nothing of them, and takes them when there is room',
    async (files) => {
      const request = aRequest();
      const [memories, turns] = [await memoriesOf(), logged()];
      await allow(files, 0);
      await expectRefused(request);
      expect([await memoriesOf(), logged()]).toEqual([memories, turns]);
      expect(await isDigestEqual()).toBe(true);
      await allow(files, ROOM);
      const answer = await taken(request);
      expect(logged()).toBe(turns + TURNS);
      expect(await overGrpc(request)).toEqual({ ...answer, repeatedCount: TURNS });
      expect(await overHttp(request)).toEqual({ status: 200, body: { ...answer, repeatedCount: TURNS } });
      expect(logged()).toBe(turns + TURNS);
      expect(await isDigestEqual()).toBe(true);
    },
    60_000,
  );

  it('goes on accepting while the stores are full, and projects what it took when there is room', async () => {
    const before = await memoriesOf();
    await allow(['store.db', 'session.db'], 0);
    const request = aRequest();
    const { token, turnIds } = await overGrpc(request);
    // As long as several batches would take: what is behind then is held up, and has left nothing half-written.
    const waitFor = { token, timeoutMs: 2_500 };
    const page = await service.agent.retrieval.listMemories({ userId: 'user-0', filters: [], waitFor });
    expect(page.freshness).toBe('behind');
    expect(await memoriesOf()).toEqual(before);
    await allow(['store.db', 'session.db'], ROOM);
    const memories = await memoriesOf(token);
    expect(memories).toEqual(expect.arrayContaining([...turnIds]));
    expect(new Set(memories).size).toBe(memories.length);
    expect(await isDigestEqual()).toBe(true);
  }, 60_000);

  it('is as it was after a kill -9 on the full disk', async () => {
    const request = aRequest();
    const memories = await memoriesOf();
    await allow(ACKNOWLEDGING, 0);
    await expectRefused(request);
    await service.stop('SIGKILL');
    service = await startStandalone(directory, { MNEME_LOG_LEVEL: 'silent' }, { preload: PRELOAD });
    expect(await memoriesOf()).toEqual(memories);
    expect((await taken(request)).repeatedCount).toBe(0);
    expect(await isDigestEqual()).toBe(true);
  }, 60_000);
});
