import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineChunks } from './line-chunks.js';
import { type RequestLine, requestLines } from './request-lines.js';

const LINE_BYTES_MAX = 20;

async function* piecesOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function allOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

describe('the lines of a body', () => {
  const textsOf = (lines: readonly RequestLine[]) =>
    lines.map(({ number, bytes }) => [number, bytes === undefined ? undefined : Buffer.from(bytes).toString()]);
  const linesOf = (text: string, sizes: readonly number[] = [7]) =>
    allOf(requestLines(piecesOf(Buffer.from(text), sizes), { lineBytesMax: LINE_BYTES_MAX }));

  it('are told apart however the body comes in pieces, whatever they hold, each with its number', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[\r\n]/.test(text));
    const property = fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n'),
      async (lines, sizes, end) => {
        const found = textsOf(await linesOf(lines.join(end), sizes));
        const expected = lines.flatMap((text, i) => {
          if (text === '') return [];
          return [[i + 1, Buffer.byteLength(text) > LINE_BYTES_MAX ? undefined : text]];
        });
        expect(found).toEqual(expected);
      },
    );
    await fc.assert(property);
  });

  it('are told to be too long with their length, and what follows is there', async () => {
    const lines = await linesOf(`${'x'.repeat(1_000)}\nshort\n${'y'.repeat(LINE_BYTES_MAX)}\r\n`);
    expect(lines.map(({ number, length }) => [number, length])).toEqual([
      [1, 1_000],
      [2, 5],
      [3, LINE_BYTES_MAX + 1],
    ]);
    expect(textsOf(lines)).toEqual([
      [1, undefined],
      [2, 'short'],
      [3, 'y'.repeat(LINE_BYTES_MAX)],
    ]);
  });
});

describe('chunks of lines', () => {
  const limits = { linesMax: 3, bytesMax: 10, lingerMs: 10_000 };
  const line = (number: number, length = 1): RequestLine => ({ number, length, bytes: new Uint8Array(length) });
  async function* given(lines: readonly RequestLine[]): AsyncGenerator<RequestLine> {
    yield* lines;
  }
  const numbersOf = (chunks: readonly (readonly RequestLine[])[]) =>
    chunks.map((one) => one.map(({ number }) => number));

  it('hold every line once, in order, and never more than the limits but for one big line alone', async () => {
    const property = fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 40 }), async (lengths) => {
      const lines = lengths.map((length, i) => line(i + 1, length));
      const chunks = await allOf(lineChunks(given(lines), limits));
      expect(chunks.flat()).toEqual(lines);
      for (const chunk of chunks) {
        expect(chunk.length).toBeLessThanOrEqual(limits.linesMax);
        const bytes = chunk.reduce((sum, { length }) => sum + length, 0);
        expect(chunk.length === 1 || bytes <= limits.bytesMax).toBe(true);
      }
    });
    await fc.assert(property);
  });

  it('do not wait for lines that do not come', async () => {
    let go: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow(): AsyncGenerator<RequestLine> {
      yield line(1);
      await later;
      yield line(2);
    }
    const chunks = lineChunks(slow(), { ...limits, lingerMs: 1 });
    expect(numbersOf([(await chunks.next()).value as RequestLine[]])).toEqual([[1]]);
    go();
    expect(numbersOf(await allOf(chunks))).toEqual([[2]]);
  });
});
