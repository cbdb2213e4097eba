import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openStaticEmbedder } from './open-static-embedder.js';

interface Golden {
  readonly text: string;
  readonly vector: readonly number[];
}

const embedder = openStaticEmbedder();
const golden = readFileSync(new URL('../golden/vectors.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const embedOne = async (text: string) => (await embedder.embedTexts([text]))[0] ?? { chunks: [], tokens: -1 };
const vectorOf = async (text: string) => (await embedOne(text)).chunks[0] ?? new Float32Array();
const similarityOf = async (question: string, memory: string) =>
  embedder.similarity(dot(await embedder.embedQuestion(question), await vectorOf(memory)));

describe('StaticEmbedder', () => {
  it.each(golden)('gives "$text" the vector of the unquantised table', async ({ text, vector }) => {
    expect(dot(await vectorOf(text), vector)).toBeGreaterThanOrEqual(0.999);
  });

  it('names the table and what it measures', () => {
    expect(embedder.model).toEqual({
      id: expect.stringMatching(/^all-minilm-l6-v2-static-256@[0-9a-f]{8}$/),
      dimensions: 256,
      chunkTokensMax: 256,
    });
  });

  it('answers in order, one answer a text', async () => {
    const texts = golden.map(({ text }) => text);
    const embedded = await embedder.embedTexts(texts);
    expect(embedded).toHaveLength(texts.length);
    for (const [i, text] of texts.entries()) expect(embedded[i]).toEqual(await embedOne(text));
    expect(await embedder.embedTexts([])).toEqual([]);
  });

  it('embeds a question as it embeds a text', async () => {
    expect(await embedder.embedQuestion('Who waters the plants?')).toEqual(await vectorOf('Who waters the plants?'));
  });

  it('gives every text vectors of length one, or zero when it has no known token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (text) => {
        const { chunks, tokens } = await embedOne(text);
        for (const chunk of chunks) expect(dot(chunk, chunk)).toBeCloseTo(tokens === 0 ? 0 : 1, 5);
      }),
    );
  });

  it.each(['', '  \n', '🎉🧠', '\u0301', 'x'.repeat(65_536)])(
    'gives a text without a known word one chunk of zeros',
    async (text) => {
      expect(await embedOne(text)).toEqual({ chunks: [new Float32Array(256)], tokens: 0 });
      expect(await similarityOf(text, 'Ana drinks tea')).toBe(embedder.similarity(0));
    },
  );

  it('stops between texts when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(embedder.embedTexts(['a'], signal)).rejects.toThrow('enough');
    await expect(embedder.embedQuestion('a', signal)).rejects.toThrow('enough');
  });

  it('lets other tasks run between long texts', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('other'));
    await embedder.embedTexts(['word '.repeat(14_000), 'last']).then(() => order.push('embedded'));
    expect(order).toEqual(['other', 'embedded']);
  });
});

describe('chunks', () => {
  it.each([
    [1, [1]],
    [256, [256]],
    [257, [129, 128]],
    [512, [256, 256]],
    [513, [171, 171, 171]],
    [1_000, [250, 250, 250, 250]],
  ])('cuts %i tokens into nearly equal parts', async (tokens, lengths) => {
    const words = Array.from({ length: tokens }, (_, i) => ['tea', 'river', 'server', 'uncle', 'blue'][i % 5] ?? '');
    const { chunks, tokens: counted } = await embedOne(words.join(' '));
    expect(counted).toBe(tokens);
    expect(chunks).toHaveLength(lengths.length);
    let from = 0;
    for (const [i, length] of lengths.entries()) {
      expect(chunks[i]).toEqual(await vectorOf(words.slice(from, from + length).join(' ')));
      from += length;
    }
  });

  it('does not count unknown words', async () => {
    const { chunks, tokens } = await embedOne('tea 🎉 '.repeat(200));
    expect([chunks.length, tokens]).toEqual([1, 200]);
  });

  it('keeps the subjects of a long text apart', async () => {
    const { chunks } = await embedOne(
      'We talked about the budget of the warehouse. '.repeat(30) + 'My cat Miso caught a mouse. '.repeat(40),
    );
    const question = await embedder.embedQuestion('What did the cat catch?');
    expect(chunks.length).toBeGreaterThan(1);
    expect(dot(question, chunks.at(-1) ?? [])).toBeGreaterThan(dot(question, chunks[0] ?? []) + 0.3);
  });

  it('takes the first chunk for a long question', async () => {
    const question = 'Where is the blue teapot? '.repeat(100);
    expect(await embedder.embedQuestion(question)).toEqual((await embedOne(question)).chunks[0]);
  });
});

describe('similarity', () => {
  it.each([
    [
      'Which day is the dentist appointment?',
      '[4 May 2026] Rosa: My dentist appointment is on the 12th at nine.',
      '[4 May 2026] Rosa: I painted the garden fence green.',
    ],
    [
      'Why did the deployment fail?',
      '[2 June 2026] The deployment failed because the disk of the build server was full.',
      '[2 June 2026] We are going to Crete in autumn.',
    ],
    ['allergic to cats', 'Martin is allergic to cats and hay.', 'The invoice of the plumber was paid in March.'],
  ])('puts what answers "%s" above the threshold and the rest below', async (question, answer, unrelated) => {
    expect(await similarityOf(question, answer)).toBeGreaterThan(0.75);
    expect(await similarityOf(question, unrelated)).toBeLessThan(0.75);
  });

  it('is 1 for the same text and ranks a paraphrase between it and another subject', async () => {
    const text = 'The server room must be kept below 24 degrees.';
    const paraphrase = await similarityOf(text, 'The temperature in the server room may not exceed 24 degrees.');
    expect(await similarityOf(text, text)).toBeCloseTo(1, 5);
    expect(paraphrase).toBeLessThan(1);
    expect(paraphrase).toBeGreaterThan(await similarityOf(text, 'Grandpa turned ninety.'));
  });
});
