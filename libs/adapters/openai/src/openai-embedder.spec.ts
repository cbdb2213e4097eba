import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MemoryError } from '@mneme/domain';
import { embedderContract, ModelServer } from '@mneme/testing';
import { ModelConnection, type ModelConnectionOptions } from './model-connection.js';
import { OpenAiEmbedder, type OpenAiEmbedderOptions } from './openai-embedder.js';

const KEY = 'sk-canary-key-7f3a';
const CANARY = 'the canary sings at midnight';
const DIMENSIONS = 64;
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ dimensions: DIMENSIONS });
});
beforeEach(() => server.reset());
afterAll(() => server.close());

interface Given {
  readonly connection?: Partial<ModelConnectionOptions>;
  readonly options?: Partial<OpenAiEmbedderOptions>;
}

function anEmbedder({ connection, options }: Given = {}): OpenAiEmbedder {
  const to = { url: server.url, apiKey: KEY, timeoutMs: 5_000, retriesMax: 1, answerBytesMax: 1_048_576 };
  return new OpenAiEmbedder(new ModelConnection({ ...to, ...connection }), {
    model: 'stub-embedding',
    dimensions: DIMENSIONS,
    asksDimensions: false,
    encoding: 'base64',
    chunkTokensMax: 256,
    batchChunksMax: 64,
    batchTokensMax: 8_000,
    knots: [
      [-1, 0],
      [0.4, 0.5],
      [1, 1],
    ],
    ...options,
  });
}

const failureOf = async (embedder: OpenAiEmbedder, text = CANARY) =>
  embedder.embedTexts([text]).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as MemoryError,
  );
const now = { 'retry-after-ms': '1' };

describe('asking for base64', () => embedderContract(async () => anEmbedder()));
describe('asking for floats', () => embedderContract(async () => anEmbedder({ options: { encoding: 'float' } })));

describe('OpenAiEmbedder', () => {
  it('gives the same vectors in both encodings, and when the server ignores which', async () => {
    const other = await ModelServer.start({ dimensions: DIMENSIONS, ignoresEncoding: true });
    const vectors = await Promise.all(
      [
        anEmbedder(),
        anEmbedder({ options: { encoding: 'float' } }),
        anEmbedder({ connection: { url: other.url } }),
      ].map((embedder) => embedder.embedQuestion('where is the harbour')),
    ).finally(() => other.close());
    expect(vectors[1]).toEqual(vectors[0]);
    expect(vectors[2]).toEqual(vectors[0]);
  });

  it('sends batches within both limits, and keeps the order', async () => {
    const texts = Array.from({ length: 10 }, (_, i) => `word${'x'.repeat(i)} harbour fog`);
    const embedder = anEmbedder({ options: { batchChunksMax: 4, batchTokensMax: 9 } });
    const embedded = await embedder.embedTexts(texts);
    const sent = server.requests.map(({ body }) => body['input'] as string[]);
    expect(sent.flat()).toEqual(texts);
    expect(Math.max(...sent.map((input) => input.length))).toBeLessThanOrEqual(4);
    for (const [i, text] of texts.entries()) {
      expect(embedded[i]?.chunks).toEqual([await embedder.embedQuestion(text)]);
    }
  });

  it('does not send what has no words', async () => {
    const [embedded] = await anEmbedder().embedTexts([' \n ']);
    expect(embedded).toEqual({ chunks: [new Float32Array(DIMENSIONS)], tokens: 0 });
    expect(server.requests).toEqual([]);
  });

  it('sends the key and nothing about this machine', async () => {
    await anEmbedder().embedTexts(['one']);
    const headers = Object.keys(server.requests[0]?.headers ?? {});
    expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(headers.filter((name) => name.startsWith('x-') || name.startsWith('openai'))).toEqual([]);
  });

  it('sends no key where there is none', async () => {
    const connection = { url: server.url, timeoutMs: 5_000, retriesMax: 0, answerBytesMax: 1_048_576 };
    const { knots } = { knots: [[-1, 0] as const, [1, 1] as const] };
    const options = { model: 'm', dimensions: DIMENSIONS, asksDimensions: true, encoding: 'float' as const };
    const limits = { chunkTokensMax: 256, batchChunksMax: 8, batchTokensMax: 800, knots };
    await new OpenAiEmbedder(new ModelConnection(connection), { ...options, ...limits }).embedTexts(['one']);
    expect(server.requests[0]?.headers['authorization']).toBeUndefined();
    expect(server.requests[0]?.body['dimensions']).toBe(DIMENSIONS);
  });

  it('names another model for other dimensions, chunks or weights', () => {
    const given: Partial<OpenAiEmbedderOptions>[] = [
      {},
      { dimensions: 8 },
      { chunkTokensMax: 128 },
      { model: 'other' },
    ];
    expect(new Set(given.map((options) => anEmbedder({ options }).model.id)).size).toBe(given.length);
  });
});

describe('a server that fails', () => {
  it('is asked again after a rate limit, when it says', async () => {
    server.script({ status: 429, headers: { 'retry-after-ms': '120' } });
    await anEmbedder().embedTexts(['one']);
    const [first, second] = server.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(110);
  });

  it('is not waited for longer than the deadline of the call', async () => {
    server.script({ status: 429, headers: { 'retry-after': '30' } });
    const error = await failureOf(anEmbedder({ connection: { timeoutMs: 100 } }));
    expect(error).toMatchObject({ code: 'timeout', retry: 'later' });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a rate limit', { status: 429, headers: now }, 'unavailable', 'later', 2],
    ['a failure of its own', { status: 500, headers: now }, 'unavailable', 'later', 2],
    ['an overload', { status: 503, headers: now }, 'unavailable', 'later', 2],
    ['a connection cut in the middle of the answer', { resetAfterBytes: 40 }, 'unavailable', 'later', 1],
    ['an answer that is cut off', { body: '{"data":[{"ind' }, 'unavailable', 'later', 1],
    ['a wrong key', { status: 401 }, 'unauthenticated', 'never', 1],
    ['a key without the right', { status: 403 }, 'unauthenticated', 'never', 1],
    ['an unknown model', { status: 404 }, 'not-found', 'never', 1],
    ['a refused request', { status: 400 }, 'invalid-input', 'never', 1],
    ['a request too long', { status: 413 }, 'limit-exceeded', 'never', 1],
    ['an answer of another form', { body: '{"data":[{"index":0}]}' }, 'corrupt', 'never', 1],
    [
      'an answer that is no JSON',
      { body: '<html></html>', headers: { 'content-type': 'text/html' } },
      'corrupt',
      'never',
      1,
    ],
    ['an empty list', { body: '{"data":[]}' }, 'corrupt', 'never', 1],
    ['too few dimensions', { body: '{"data":[{"index":0,"embedding":[1,0]}]}' }, 'corrupt', 'never', 1],
    ['an odd number of bytes', { body: '{"data":[{"index":0,"embedding":"AAAA"}]}' }, 'corrupt', 'never', 1],
    ['a vector of zeros', { body: zerosOf(DIMENSIONS) }, 'corrupt', 'never', 1],
  ] as const)('says %s by name, and tries again only where that helps', async (_, reply, code, retry, attempts) => {
    server.script(reply, reply);
    const error = await failureOf(anEmbedder());
    expect(error).toMatchObject({ code, retry });
    expect(server.requests).toHaveLength(attempts);
  });

  it('is given up when its answer hangs', async () => {
    server.script({ hangAfterBytes: 20 });
    expect(await failureOf(anEmbedder({ connection: { timeoutMs: 150 } }))).toMatchObject({ code: 'timeout' });
  });

  it('is given up in time although the caller could stop it too', async () => {
    server.script({ hangAfterBytes: 20 });
    const asked = anEmbedder({ connection: { timeoutMs: 150 } }).embedTexts(['one'], new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ code: 'timeout' });
  });

  it('is cut off when its answer is longer than allowed', async () => {
    const error = await failureOf(anEmbedder({ connection: { answerBytesMax: 100 } }));
    expect(error).toMatchObject({ code: 'corrupt' });
  });

  it('is not followed elsewhere', async () => {
    const elsewhere = await ModelServer.start({ dimensions: DIMENSIONS });
    const reply = { status: 307, headers: { location: `${elsewhere.url}/embeddings` }, body: '' };
    server.script(reply, reply);
    const error = await failureOf(anEmbedder()).finally(() => elsewhere.close());
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(elsewhere.requests).toEqual([]);
  });

  it('that is not there is unavailable', async () => {
    const gone = await ModelServer.start();
    const { url } = gone;
    await gone.close();
    expect(await failureOf(anEmbedder({ connection: { url, retriesMax: 0 } }))).toMatchObject({ code: 'unavailable' });
  });

  it('is left when the caller stops, with the caller’s reason', async () => {
    server.script({ delayMs: 2_000 });
    const stop = new AbortController();
    const asked = anEmbedder().embedTexts(['one'], stop.signal);
    setTimeout(() => stop.abort(new Error('stopping')), 30);
    await expect(asked).rejects.toThrow('stopping');
  });

  it.each([400, 401, 429, 500])('with status %i puts neither text nor key into the error', async (status) => {
    const body = JSON.stringify({ error: { message: `bad: ${CANARY} ${KEY}`, code: CANARY, type: KEY } });
    const reply = { status, body, headers: { ...now, 'x-request-id': CANARY } };
    server.script(reply, reply);
    const error = await failureOf(anEmbedder());
    const printed = `${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}${error.stack ?? ''}`;
    expect(printed).not.toContain('canary');
  });
});

function zerosOf(dimensions: number): string {
  return JSON.stringify({ data: [{ index: 0, embedding: new Array(dimensions).fill(0) }] });
}
