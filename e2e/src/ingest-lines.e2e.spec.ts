import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LineAnswer, LineAnswer as LineAnswerSchema } from '@mneme/ingest-service';
import { aCaller, type Caller, type IngestRig, loggedTurns, openIngest } from './ingest-rig.js';

const turn = (given: object = {}) => ({
  userId: 'ana',
  session: 's1',
  role: 'user',
  content: 'I moved to Lisbon',
  ...given,
});

describe('turns as newline-delimited JSON', () => {
  let rig: IngestRig;
  let caller: Caller;

  const open = async (given: Parameters<typeof openIngest>[0] = {}) => {
    rig = await openIngest(given);
    caller = await aCaller(rig);
  };
  beforeEach(() => open());
  afterEach(() => rig.close());

  const reopen = async (given: Parameters<typeof openIngest>[0]) => {
    await rig.close();
    await open(given);
  };
  const headers = (more: Record<string, string> = {}) => ({
    'content-type': 'application/x-ndjson',
    authorization: caller.bearer,
    ...more,
  });
  const answersOf = (text: string): LineAnswer[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => LineAnswerSchema.parse(JSON.parse(line)));
  const post = async (body: string | Buffer, more: Record<string, string> = {}) => {
    const response = await fetch(rig.httpUrl, { method: 'POST', headers: headers(more), body });
    return { response, answers: answersOf(await response.text()) };
  };
  const linesOf = (turns: readonly object[]) => turns.map((one) => JSON.stringify(one)).join('\n');
  const logged = async () => (await loggedTurns(rig.engines)).flat();
  const numbers = (count: number, first = 1) => Array.from({ length: count }, (_, i) => first + i);
  const acceptedIn = (answers: readonly LineAnswer[]) => answers.flatMap((one) => ('accepted' in one ? [one] : []));
  const refusedIn = (answers: readonly LineAnswer[]) => answers.flatMap((one) => ('refused' in one ? [one] : []));

  it('are taken in chunks; every line is answered for once, with a token, and the last line counts', async () => {
    const count = 2_345;
    const { response, answers } = await post(linesOf(numbers(count).map((i) => turn({ content: `note ${i}` }))));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const chunks = acceptedIn(answers);
    expect(chunks.flatMap(({ lines }) => lines)).toEqual(numbers(count));
    expect(chunks.every(({ lines, accepted }) => lines.length === accepted.turnIds.length)).toBe(true);
    expect(Math.max(...chunks.map(({ lines }) => lines.length))).toBeLessThanOrEqual(1_000);
    const done = { lines: count, acceptedCount: count, repeatedCount: 0, refusedCount: 0 };
    expect(answers.at(-1)).toEqual({ done });
    const ids = new Set((await logged()).map(({ turnId }) => turnId));
    expect(ids).toEqual(new Set(chunks.flatMap(({ accepted }) => accepted.turnIds)));
  });

  it('are taken once when a stream is sent again under its key, however it is cut', async () => {
    const lines = linesOf(numbers(40).map((i) => turn({ content: `note ${i}` })));
    const first = await post(lines, { 'idempotency-key': 'file-7' });
    expect(first.response.headers.get('idempotency-key')).toBe('file-7');
    const again = await post(lines, { 'idempotency-key': 'file-7' });
    const ids = ({ answers }: typeof first) => acceptedIn(answers).flatMap(({ accepted }) => accepted.turnIds);
    expect(ids(again)).toEqual(ids(first));
    expect(again.answers.at(-1)).toMatchObject({ done: { acceptedCount: 40, repeatedCount: 40 } });
    const unnamed = await post(lines);
    expect(ids(unnamed)).not.toEqual(ids(first));
    const madeKey = unnamed.response.headers.get('idempotency-key') as string;
    expect(ids(await post(lines, { 'idempotency-key': madeKey }))).toEqual(ids(unnamed));
    expect(await logged()).toHaveLength(80);
  });

  it('cost a line that is wrong that line alone, by its number and field, and nothing of its text is told', async () => {
    const secret = 'a very private sentence';
    const lines = [
      JSON.stringify(turn({ content: 'one' })),
      `{"content": "${secret}"`,
      JSON.stringify(turn({ content: secret, role: 'nobody' })),
      '',
      JSON.stringify([turn()]),
      JSON.stringify(turn({ content: 'x'.repeat(70_000) })),
      JSON.stringify({ turns: [turn({ content: secret })] }),
      JSON.stringify(turn({ content: 'eight' })),
      JSON.stringify(turn({ content: secret, occurredAt: '2026-02-30T00:00:00Z' })),
      `{"userId":"ana","content":"${'y'.repeat(600_000)}"}`,
      'null',
    ];
    const { answers } = await post(lines.join('\r\n'));
    const refused = Object.fromEntries(refusedIn(answers).map((one) => [one.lines.join(), one.refused]));
    expect(Object.keys(refused)).toEqual(['2', '3', '5', '6', '7', '9', '10', '11']);
    expect(refused).toMatchObject({
      2: { code: 'invalid-input' },
      3: { code: 'invalid-input', field: 'role' },
      6: { code: 'limit-exceeded', field: 'content', limit: 'turnTextBytesMax=65536' },
      9: { code: 'invalid-input', field: 'occurredAt' },
      10: { code: 'limit-exceeded', limit: 'lineBytesMax=524288' },
    });
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(acceptedIn(answers).flatMap((one) => one.lines)).toEqual([1, 8]);
    expect(answers.at(-1)).toEqual({ done: { lines: 11, acceptedCount: 2, repeatedCount: 0, refusedCount: 8 } });
    expect(await logged()).toHaveLength(2);
  });

  it('refuse bytes that are no UTF-8 in a line, and take its neighbours', async () => {
    const good = Buffer.from(`${JSON.stringify(turn())}\n`);
    const bad = Buffer.from(`${JSON.stringify(turn({ content: 'caf~' }))}\n`).map((byte) =>
      byte === 0x7e ? 0xe9 : byte,
    );
    const { answers } = await post(Buffer.concat([good, bad, good]));
    expect(refusedIn(answers).map((one) => one.lines)).toEqual([[2]]);
    expect(acceptedIn(answers).flatMap((one) => one.lines)).toEqual([1, 3]);
  });

  it('are answered while the stream goes on', async () => {
    const request = httpRequest(rig.httpUrl, { method: 'POST', headers: headers() });
    const response = new Promise<AsyncIterator<Buffer>>((resolve) => {
      request.once('response', (incoming) => resolve(incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>));
    });
    request.write(`${JSON.stringify(turn({ content: 'first' }))}\n`);
    const reading = await response;
    const first = answersOf(String((await reading.next()).value));
    expect(acceptedIn(first).map(({ lines }) => lines)).toEqual([[1]]);
    request.write(`${JSON.stringify(turn({ content: 'second' }))}\n`);
    expect(acceptedIn(answersOf(String((await reading.next()).value))).map(({ lines }) => lines)).toEqual([[2]]);
    request.end();
    expect(answersOf(String((await reading.next()).value))).toEqual([
      { done: { lines: 2, acceptedCount: 2, repeatedCount: 0, refusedCount: 0 } },
    ]);
  });

  it('are held back when answers are not read, and none is lost', async () => {
    await reopen({ streamChunksMax: 2, lineLingerMs: 0 });
    const count = 6_000;
    const request = httpRequest(rig.httpUrl, { method: 'POST', headers: headers() });
    let written = 0;
    const sending = (async () => {
      for (let i = 1; i <= count; i += 1) {
        const hasRoom = request.write(`${JSON.stringify(turn({ content: `${i} ${'z'.repeat(2_000)}` }))}\n`);
        written = i;
        if (!hasRoom) await new Promise((resolve) => request.once('drain', resolve));
      }
      request.end();
    })();
    const incoming = await new Promise<AsyncIterable<Buffer>>((resolve) => request.once('response', resolve));
    await sleep(200);
    expect(written).toBeGreaterThan(0);
    const text: Buffer[] = [];
    for await (const piece of incoming) text.push(piece);
    await sending;
    const answers = answersOf(Buffer.concat(text).toString());
    expect(acceptedIn(answers).flatMap(({ lines }) => lines)).toEqual(numbers(count));
    expect(answers.at(-1)).toMatchObject({ done: { lines: count, acceptedCount: count } });
  }, 60_000);

  it('keep what was answered when the client goes away, and the service goes on', async () => {
    const request = httpRequest(rig.httpUrl, { method: 'POST', headers: headers() });
    request.on('error', () => undefined);
    request.write(`${JSON.stringify(turn({ content: 'first' }))}\n`);
    const incoming = await new Promise<AsyncIterable<Buffer>>((resolve) => request.once('response', resolve));
    for await (const piece of incoming) {
      expect(acceptedIn(answersOf(String(piece)))).toHaveLength(1);
      break;
    }
    request.destroy();
    expect((await post(linesOf([turn({ content: 'second' })]))).answers).toHaveLength(2);
    expect(await logged()).toHaveLength(2);
  });

  it('end with what failed when the stream goes on for too long', async () => {
    await reopen({ lineStreamMsMax: 0 });
    const { answers } = await post(linesOf([turn()]));
    expect(answers).toEqual([
      {
        failed: expect.objectContaining({ code: 'limit-exceeded', limit: 'lineStreamMsMax=0' }),
        lines: 0,
        acceptedCount: 0,
        repeatedCount: 0,
        refusedCount: 0,
      },
    ]);
    expect(await logged()).toEqual([]);
  });

  it('end with it also when nothing more comes', async () => {
    await reopen({ lineStreamMsMax: 300 });
    const request = httpRequest(rig.httpUrl, { method: 'POST', headers: headers() });
    // What is still to be sent is cut off behind the answer.
    request.on('error', () => undefined);
    request.write(`${JSON.stringify(turn())}\n`);
    const incoming = await new Promise<AsyncIterable<Buffer>>((resolve) => request.once('response', resolve));
    let text = '';
    for await (const piece of incoming) text += String(piece);
    expect(answersOf(text).at(-1)).toMatchObject({
      failed: { code: 'limit-exceeded', limit: 'lineStreamMsMax=300' },
      acceptedCount: 1,
    });
    expect(await logged()).toHaveLength(1);
  });

  it.each([
    ['an unknown key', { authorization: 'Bearer nothing' }, 401, 'unauthenticated'],
    ['a key that is too long', { 'idempotency-key': 'k'.repeat(250) }, 400, 'invalid-input'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 400, 'invalid-input'],
  ])('are refused as a whole, before any line is read, with %s', async (_, more, status, code) => {
    const response = await fetch(rig.httpUrl, { method: 'POST', headers: headers(more), body: linesOf([turn()]) });
    expect([response.status, await response.json()]).toEqual([status, { error: expect.objectContaining({ code }) }]);
    expect(await logged()).toEqual([]);
  });

  it('of nothing are none', async () => {
    expect((await post('\n\n')).answers).toEqual([
      { done: { lines: 0, acceptedCount: 0, repeatedCount: 0, refusedCount: 0 } },
    ]);
  });
});
