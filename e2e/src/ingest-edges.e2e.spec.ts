import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Connection, IngestTurnsRequest, StreamTurnsResponse, Turn } from '@mneme/client';
import { aCaller, type Caller, connectTo, type IngestRig, loggedTurns, openIngest } from './ingest-rig.js';

const turn = (given: object = {}): Turn =>
  ({ userId: 'ana', session: 's1', role: 'user', content: 'I moved to Lisbon', toolCalls: [], ...given }) as Turn;
const MEGABYTE = 'x'.repeat(1024 * 1024);

describe('the edges of ingest', () => {
  let rig: IngestRig;
  let caller: Caller;
  let connection: Connection;

  beforeAll(async () => {
    rig = await openIngest({ streamChunksMax: 3 });
    caller = await aCaller(rig);
    connection = connectTo(rig, caller.bearer);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    connection.close();
    await rig.close();
  });

  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(rig.httpUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: caller.bearer, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const overGrpc = (request: IngestTurnsRequest) => connection.ingest.ingestTurns(request);
  const streamed = async (
    chunks: Iterable<IngestTurnsRequest> | AsyncIterable<IngestTurnsRequest>,
    inFlightMax = 4,
  ) => {
    const answers: StreamTurnsResponse[] = [];
    for await (const answer of connection.ingest.streamTurns(chunks, { inFlightMax })) answers.push(answer);
    return answers;
  };

  it('takes the same turn over gRPC and HTTP, and knows it again', async () => {
    const sent = turn({ toolCalls: [{ name: 'find', arguments: '{"city":"Lisbon"}' }], speakerName: 'Ana' });
    const first = await overGrpc({ turns: [sent], idempotencyKey: 'both' });
    const { status, body } = await post({ turns: [sent], idempotencyKey: 'both' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...first, repeatedCount: 1 });
  });

  it('takes one turn as the body, the key from a header, and arguments as an object', async () => {
    const { toolCalls: _none, ...one } = turn();
    const posted = { ...one, toolCalls: [{ name: 'find', arguments: { city: 'Porto' } }] };
    const { status, body } = await post(posted, { 'idempotency-key': 'header' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ idempotencyKey: 'header', repeatedCount: 0 });
    expect((await post(posted, { 'idempotency-key': 'header' })).body).toMatchObject({ repeatedCount: 1 });
    const both = await post({ turns: [posted], idempotencyKey: 'body' }, { 'idempotency-key': 'header' });
    expect(both).toMatchObject({ status: 400, body: { error: { field: 'idempotencyKey' } } });
  });

  it.each([
    ['an unknown role', { role: 'wizard' }, { code: 'invalid-input', field: 'turns[1].role' }],
    ['no role', { role: '' }, { code: 'invalid-input', field: 'turns[1].role' }],
    ['no offset', { occurredAt: '2026-03-14T09:26:53' }, { code: 'invalid-input', field: 'turns[1].occurredAt' }],
    [
      'an impossible day',
      { occurredAt: '2026-02-30T09:26:53Z' },
      { code: 'invalid-input', field: 'turns[1].occurredAt' },
    ],
    ['the future', { occurredAt: '2996-02-20T09:26:53Z' }, { code: 'limit-exceeded', limit: 'clockAheadMsMax=300000' }],
    ['a long text', { content: 'x'.repeat(65_537) }, { limit: 'turnTextBytesMax=65536', sent: '65537' }],
    ['broken text', { content: 'a\uFFFDb' }, { code: 'invalid-input', field: 'turns[1].content' }],
    ['an empty user', { userId: '' }, { code: 'invalid-input', field: 'turns[1].userId' }],
    ['a foreign team', { scope: 'team', teamId: 'x' }, { code: 'forbidden', field: 'turns[1].teamId' }],
    ['no object', { toolCalls: [{ name: 'f', arguments: '[1]' }] }, { field: 'turns[1].toolCalls[0].arguments' }],
  ])('gives the same error for %s over both', async (_name, given, expected) => {
    const request = { turns: [turn(), turn(given)] };
    const { body } = await post({
      turns: [turn(), given && 'role' in given && given.role === '' ? turn({ role: undefined }) : turn(given)],
    });
    const refusal = body['error'] as Record<string, unknown>;
    expect(refusal).toMatchObject({ ...expected, index: 1 });
    // `sent` holds how far ahead of the clock a time is, which changes from one request to the next.
    const { code, message, index: _index, sent: _sent, ...detail } = refusal;
    await expect(overGrpc(request)).rejects.toMatchObject({ code, message, detail: { ...detail, index: 1 } });
  });

  it('names unknown fields, missing content, broken JSON and unknown paths, and quotes no text', async () => {
    const { content, ...without } = turn();
    expect(await post({ ...without, colour: 'red' })).toMatchObject({ status: 400 });
    expect((await post(without)).body).toMatchObject({ error: { field: 'turns[0].content', sent: 'nothing' } });
    expect((await post({ ...turn(), colour: 'red' })).body).toMatchObject({ error: { field: 'turns[0].colour' } });
    const broken = await post(`{"content": "${content}`);
    expect(broken).toMatchObject({ status: 400, body: { error: { code: 'invalid-input', field: 'body' } } });
    expect(JSON.stringify(broken)).not.toContain('Lisbon');
    expect(await post('[]')).toMatchObject({ status: 400, body: { error: { field: 'body' } } });
    const elsewhere = await fetch(rig.httpUrl.replace('/v1/turns', '/v1/nothing'));
    expect([elsewhere.status, await elsewhere.json()]).toMatchObject([404, { error: { code: 'not-found' } }]);
    const text = await fetch(rig.httpUrl, { method: 'POST', headers: { authorization: caller.bearer }, body: 'hello' });
    expect([text.status, await text.json()]).toMatchObject([400, { error: { field: 'body' } }]);
  });

  it('names the limit of a request that is too large', async () => {
    const turns = Array.from({ length: 9 }, () => turn({ content: MEGABYTE }));
    expect(await post({ turns })).toMatchObject({ status: 413, body: { error: { code: 'limit-exceeded' } } });
    const limit = { code: 'limit-exceeded', detail: { limit: 'requestBytesMax=8388608' } };
    await expect(overGrpc({ turns })).rejects.toMatchObject(limit);
    const tooMany = { turns: Array.from({ length: 1_001 }, () => turn()) };
    await expect(overGrpc(tooMany)).rejects.toMatchObject({ detail: { limit: 'batchTurnsMax=1000', sent: '1001' } });
    expect(await post(tooMany)).toMatchObject({ status: 413, body: { error: { limit: 'batchTurnsMax=1000' } } });
    const [refused, accepted] = await streamed([{ turns }, { turns: [turn()] }]);
    expect(refused?.refused).toMatchObject({ code: 'limit-exceeded', limit: 'requestBytesMax=8388608' });
    expect(accepted?.accepted?.turnIds).toHaveLength(1);
  });

  it('refuses a key that is wrong in any part, and says the same each time', async () => {
    const [, keyId, secret] = /mneme_(\w{16})_(.*)$/.exec(caller.bearer) as unknown as [string, string, string];
    const wrong = [
      '',
      'Bearer x',
      `Bearer mneme_${'0'.repeat(16)}_${secret}`,
      `Bearer mneme_${keyId}_${'A'.repeat(43)}`,
    ];
    const answers = await Promise.all(wrong.map((authorization) => post(turn(), { authorization })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    const stranger = connectTo(rig, `Bearer mneme_${keyId}_${'A'.repeat(43)}`);
    await expect(stranger.ingest.ingestTurns({ turns: [turn()] })).rejects.toMatchObject({ code: 'unauthenticated' });
    const stream = stranger.ingest.streamTurns([{ turns: [turn()] }]);
    await expect(stream.next()).rejects.toMatchObject({ code: 'unauthenticated' });
    stranger.close();
  });

  it('tells of an unknown failure by an id alone', async () => {
    jest.spyOn(rig.engines.stores.acceptedTurns, 'reserve').mockRejectedValue(new TypeError('secret Lisbon'));
    const { status, body } = await post(turn());
    expect({ status, body }).toMatchObject({ status: 500, body: { error: { code: 'internal' } } });
    expect(JSON.stringify(body)).not.toContain('Lisbon');
  });

  it('answers every chunk of a stream in order, and goes on after a refused one', async () => {
    const chunks = Array.from({ length: 30 }, (_, i) => ({
      turns: [turn({ content: `chunk ${i}`, ...(i % 5 === 3 ? { role: 'wizard' } : {}) })],
      idempotencyKey: `chunk-${i}`,
    }));
    const answers = await streamed(chunks, 30);
    expect(answers.map(({ accepted, refused }) => accepted?.idempotencyKey ?? refused?.field)).toEqual(
      chunks.map(({ idempotencyKey }, i) => (i % 5 === 3 ? 'turns[0].role' : idempotencyKey)),
    );
    const order = new Map(
      (await loggedTurns(rig.engines)).flat().map((event) => [event.turnId as string, event.recordedAt]),
    );
    const instants = answers.flatMap(({ accepted }) => accepted?.turnIds ?? []).map((id) => order.get(id) ?? 0);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
  });

  it('leaves no more than the limit unanswered, however fast a client sends', async () => {
    const { acceptedTurns } = rig.engines.stores;
    let most = 0;
    let unanswered = 0;
    const prepare = jest.spyOn(rig.acceptTurns, 'prepare');
    const original = rig.acceptTurns.commit.bind(rig.acceptTurns);
    jest.spyOn(rig.acceptTurns, 'commit').mockImplementation(async (request) => {
      unanswered += 1;
      most = Math.max(most, unanswered);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const answer = await original(request);
      unanswered -= 1;
      return answer;
    });
    await streamed(
      Array.from({ length: 40 }, () => ({ turns: [turn()] })),
      40,
    );
    expect(prepare).toHaveBeenCalledTimes(40);
    expect(most).toBe(3);
    expect(await acceptedTurns.highestRecordedAt()).toBeGreaterThan(0);
  });

  it('keeps what was answered when the client goes away in the middle', async () => {
    const stream = connection.ingest.streamTurns(
      (async function* () {
        for (let i = 0; ; i++) yield { turns: [turn({ content: `half ${i}` })], idempotencyKey: `half-${i}` };
      })(),
    );
    const ids: string[] = [];
    for await (const { accepted } of stream) {
      ids.push(...(accepted?.turnIds ?? []));
      if (ids.length === 5) break;
    }
    const logged = new Set((await loggedTurns(rig.engines)).flat().map(({ turnId }) => turnId as string));
    expect(ids.every((id) => logged.has(id))).toBe(true);
    expect((await overGrpc({ turns: [turn()] })).turnIds).toHaveLength(1);
  });

  it('answers an empty stream by ending it', async () => {
    expect(await streamed([])).toEqual([]);
  });
});
