import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { isMemoryError } from '@mneme/domain';
import { z } from 'zod';
import { fileSource, LINE_BYTES_MAX, parseLine, textLines } from './text-lines.js';

async function linesOf(...chunks: (string | Uint8Array)[]) {
  const source = { name: 'x.jsonl', open: () => Readable.from(chunks.map((chunk) => Buffer.from(chunk))) };
  const lines: [number, string][] = [];
  for await (const { number, text } of textLines(source)) lines.push([number, text]);
  return lines;
}

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return isMemoryError(error) ? { code: error.code, message: error.message, field: error.detail.field } : error;
}

describe('textLines', () => {
  it('splits wherever the chunks end, also inside of a character', async () => {
    const bytes = Buffer.from('aä\nb\r\n\n  \nc');
    const expected = [
      [1, 'aä'],
      [2, 'b'],
      [5, 'c'],
    ];
    expect(await linesOf(bytes)).toEqual(expected);
    expect(await linesOf(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('reads nothing from nothing', async () => {
    expect(await linesOf()).toEqual([]);
    expect(await linesOf('\n\n')).toEqual([]);
  });

  it('refuses bytes that are not UTF-8, with the line', async () => {
    const error = await failureOf(linesOf('a\n', Uint8Array.of(0xff, 0x0a)));
    expect(error).toMatchObject({ code: 'invalid-input', message: 'x.jsonl, line 2 is not UTF-8' });
  });

  it('refuses an endless line before it has read it all', async () => {
    const error = await failureOf(linesOf('a\n', 'b'.repeat(LINE_BYTES_MAX), 'b'));
    expect(error).toMatchObject({ code: 'limit-exceeded', message: 'x.jsonl, line 2 is too long' });
  });

  it('names a file that is not there', async () => {
    const read = async () => {
      for await (const line of textLines(fileSource('/nowhere/turns.jsonl'))) void line;
    };
    expect(await failureOf(read())).toMatchObject({ code: 'not-found' });
  });
});

describe('parseLine', () => {
  const Row = z.strictObject({ name: z.string(), size: z.int().optional() });
  const parse = (text: string) => () => parseLine(Row, { number: 7, text }, 'x.jsonl');

  it('gives what fits', () => {
    expect(parse('{"name":"a","size":1}')()).toEqual({ name: 'a', size: 1 });
  });

  it('names line and field of what does not', () => {
    expect(parse('{"size":1}')).toThrow('x.jsonl, line 7: `name` is missing');
    expect(parse('{"name":"a","size":"big"}')).toThrow('x.jsonl, line 7: `size` is not of the type number');
    expect(parse('{"name":"a","size":1.5}')).toThrow('x.jsonl, line 7: `size` is not');
    expect(parse('{"name":"a","colour":1}')).toThrow('x.jsonl, line 7: `colour` is not a known field');
    expect(parse('[]')).toThrow('x.jsonl, line 7: the line is not of the type object');
  });

  it('leaves it to the reader of the lines to say where they are', () => {
    const parseNameless = (text: string) => () => parseLine(Row, { number: 7, text });
    expect(parseNameless('{"size":1}')).toThrow(/^`name` is missing$/);
    expect(parseNameless('{')).toThrow(/^the line is not JSON$/);
  });

  it('does not quote what it could not read', () => {
    expect(parse('{"name": my secret')).toThrow(/^x\.jsonl, line 7 is not JSON$/);
  });
});
