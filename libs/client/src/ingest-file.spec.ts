import { afterEach, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import type { IngestServer, IngestTurnsRequest, Refusal } from '@mneme/proto';
import { connect } from './connect.js';
import { ingestFile, type IngestFileOptions, type RefusedLine } from './ingest-file.js';
import { startStubService } from './stub-service.js';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

/** Accepts by idempotency key and refuses, by position, what says so. */
class Taker {
  readonly keys = new Set<string>();
  readonly contents: string[] = [];

  readonly streamTurns: IngestServer['streamTurns'] = (call) => {
    call.on('data', (request: IngestTurnsRequest) => call.write(this.take(request)));
    call.on('end', () => call.end());
  };

  private take({ turns }: IngestTurnsRequest) {
    if (turns.some((turn) => turn.content === 'full')) return { refused: refusal('storage-full') };
    if (turns.some((turn) => turn.content === 'unclear')) return { refused: refusal('conflict') };
    const index = turns.findIndex((turn) => turn.content === 'bad');
    if (index >= 0) return { refused: { ...refusal('invalid-input'), field: `turns[${index}].content`, index } };
    const repeatedCount = turns.filter((turn) => this.keys.has(turn.idempotencyKey ?? '')).length;
    for (const turn of turns) {
      if (!this.keys.has(turn.idempotencyKey ?? '')) this.contents.push(turn.content);
      this.keys.add(turn.idempotencyKey ?? '');
    }
    return { accepted: { turnIds: turns.map((_, i) => String(i)), token: 't', idempotencyKey: '', repeatedCount } };
  }
}

const refusal = (code: string): Refusal => ({ code, message: 'refused' });
const line = (content: string, more: object = {}) => JSON.stringify({ session: 's', role: 'user', content, ...more });

async function run(taker: Taker, lines: readonly string[], options: Partial<IngestFileOptions> = {}) {
  const service = await startStubService({ ingest: { streamTurns: taker.streamTurns } });
  const connection = connect({ address: service.address });
  opened.push(connection, service);
  const refused: RefusedLine[] = [];
  const tally = await ingestFile(connection, {
    source: { name: 'turns.jsonl', open: () => Readable.from([Buffer.from(lines.join('\n'))]) },
    chunkTurnsMax: 3,
    stopOnError: false,
    onRefused: (one) => refused.push(one),
    ...options,
  });
  return {
    tally,
    refused: refused.map(({ line: number, code }) => [number, code]),
    fields: refused.map(({ field }) => field),
  };
}

describe('ingestFile', () => {
  it('sends every line in order', async () => {
    const taker = new Taker();
    const { tally, refused } = await run(
      taker,
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((text) => line(text)),
    );
    expect(taker.contents.join('')).toBe('abcdefg');
    expect(tally).toMatchObject({ lines: 7, accepted: 7, repeated: 0, refused: 0, token: 't' });
    expect(refused).toEqual([]);
  });

  it('takes nothing twice when it is run again, nor when the file has grown', async () => {
    const taker = new Taker();
    const lines = ['a', 'a', 'b'].map((text) => line(text));
    await run(taker, lines);
    expect((await run(taker, lines)).tally).toMatchObject({ accepted: 3, repeated: 3 });
    expect((await run(taker, [...lines, line('c')])).tally).toMatchObject({ accepted: 4, repeated: 3 });
    expect(taker.contents).toEqual(['a', 'a', 'b', 'c']);
  });

  it('keeps a key that the line has', async () => {
    const taker = new Taker();
    await run(taker, [line('a', { idempotencyKey: 'mine' })]);
    expect([...taker.keys]).toEqual(['mine']);
  });

  it('leaves out refused lines alone, in order, and names them', async () => {
    const taker = new Taker();
    const lines = [
      line('a'),
      line('bad'),
      line('c'),
      '{"session":"s"',
      line('bad'),
      line('f', { colour: 1 }),
      line('g'),
    ];
    const { tally, refused, fields } = await run(taker, lines);
    expect(taker.contents.join('')).toBe('acg');
    expect(tally).toMatchObject({ lines: 7, accepted: 3, refused: 4 });
    expect(refused).toEqual([
      [2, 'invalid-input'],
      [4, 'invalid-input'],
      [6, 'invalid-input'],
      [5, 'invalid-input'],
    ]);
    expect(fields).toEqual(['content', undefined, 'colour', 'content']);
  });

  it.each([
    ['the service', line('bad')],
    ['the form', '{}'],
  ])('stops at the first line that %s refuses, with all before it accepted', async (_who, bad) => {
    const taker = new Taker();
    const { refused } = await run(taker, [line('a'), line('b'), bad, line('d')], { stopOnError: true });
    expect(taker.contents.join('')).toBe('ab');
    expect(refused).toEqual([[3, 'invalid-input']]);
  });

  it('refuses a whole chunk when nobody says which turn it is', async () => {
    const taker = new Taker();
    const { refused } = await run(
      taker,
      ['a', 'unclear', 'c', 'd'].map((text) => line(text)),
    );
    expect(refused.map(([number]) => number)).toEqual([1, 2, 3]);
    expect(taker.contents).toEqual(['d']);
  });

  it('ends with the error that no line is to blame for', async () => {
    const taker = new Taker();
    const work = run(
      taker,
      ['a', 'b', 'c', 'full', 'e'].map((text) => line(text)),
    );
    await expect(work).rejects.toMatchObject({ code: 'storage-full' });
    expect(taker.contents.join('')).toBe('abc');
  });
});
