import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { InvalidInput, LimitExceeded, NotFound, Unavailable } from '@mneme/domain';
import type { z } from 'zod';
import { errnoOf } from './errno.js';

/** One line of a file without its line break; numbers count from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

export interface LineSource {
  /** How errors call it: a path, or `standard input`. */
  readonly name: string;
  readonly open: () => Readable;
}

/** A turn of 64 KiB escaped in the most wasteful way, with its tool calls, stays below. */
export const LINE_BYTES_MAX = 4 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** @throws NotFound or Unavailable from the first line on, when the file cannot be read. */
export function fileSource(path: string): LineSource {
  return { name: path, open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
}

/**
 * Lines of UTF-8 as they come, empty ones left out but counted. Holds one line at a time.
 * @throws InvalidInput for bytes that are not UTF-8, LimitExceeded for a line over `LINE_BYTES_MAX`, both with the
 * line's number; NotFound; Unavailable.
 */
export async function* textLines(source: LineSource): AsyncGenerator<TextLine, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  const take = (bytes: Buffer): TextLine | undefined => {
    number += 1;
    const text = decode(decoder, bytes, `${source.name}, line ${number}`).replace(/\r$/, '');
    return text.trim() === '' ? undefined : { number, text };
  };
  for await (const chunk of chunksOf(source)) {
    let start = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, start)) {
      const line = take(Buffer.concat([...rest, chunk.subarray(start, feed)]));
      rest = [];
      restBytes = 0;
      start = feed + 1;
      if (line !== undefined) yield line;
    }
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    refuseLong(restBytes, `${source.name}, line ${number + 1}`);
  }
  const last = restBytes === 0 ? undefined : take(Buffer.concat(rest));
  if (last !== undefined) yield last;
}

/**
 * A line as JSON that fits the schema. With the name of its file an error says where the line is; without one its reader
 * does. @throws InvalidInput naming the field.
 */
export function parseLine<T>(schema: z.ZodType<T>, line: TextLine, name?: string): T {
  const where = name === undefined ? undefined : `${name}, line ${line.number}`;
  const parsed = schema.safeParse(jsonOf(line.text, where ?? 'the line'), { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new InvalidInput(`${where ?? 'the line'} is not in the right form`);
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...unknown].join('.');
  const what = `${field === '' ? 'the line' : `\`${field}\``} ${problemOf(issue)}`;
  throw new InvalidInput(where === undefined ? what : `${where}: ${what}`, { field });
}

/** Every line of a file in the form of the schema. */
export async function* jsonLines<T>(schema: z.ZodType<T>, path: string): AsyncGenerator<T, void> {
  for await (const line of textLines(fileSource(path))) yield parseLine(schema, line, path);
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is not a known field';
  if (issue.code !== 'invalid_type') return `is not valid: ${issue.message}`;
  return issue.input === undefined ? 'is missing' : `is not of the type ${issue.expected}`;
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the line, which is somebody's words.
    throw new InvalidInput(`${where} is not JSON`);
  }
}

async function* chunksOf(source: LineSource): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of source.open()) yield chunk as Buffer;
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === 'ENOENT') throw new NotFound(`there is no file ${source.name}`, { cause });
    throw new Unavailable(`${source.name} cannot be read (${code ?? 'unknown reason'})`, { cause });
  }
}

function decode(decoder: TextDecoder, bytes: Buffer, where: string): string {
  refuseLong(bytes.length, where);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new InvalidInput(`${where} is not UTF-8`, { cause });
  }
}

function refuseLong(bytes: number, where: string): void {
  if (bytes <= LINE_BYTES_MAX) return;
  throw new LimitExceeded(`${where} is too long`, { limit: `lineBytesMax=${LINE_BYTES_MAX}`, sent: String(bytes) });
}
