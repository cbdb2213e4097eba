import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { failureOf, startStubService, stubMemory, type StubMemory, type TraverseRequest } from '@mneme/client';
import { run } from './run.js';

let directory = '';
let memory: StubMemory;
let close = () => {};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-cli-'));
  memory = stubMemory();
  const service = await startStubService({
    ...memory.handlers,
    admin: {
      ...memory.handlers.admin,
      revokeKey: (_call, callback) =>
        callback(failureOf({ code: 'not-found', message: 'no such key', field: 'keyId' })),
      digest: ({ request }, callback) => {
        const equal = request.tenantId === undefined;
        const sums = { storeSum: 'a'.repeat(64), logSum: 'b'.repeat(64), storeRecords: 1, logRecords: 2 };
        callback(null, { equal, stores: [{ store: 'catalogue', equal, ...sums }] });
      },
    },
  });
  close = service.close;
  write('endpoint.json', JSON.stringify({ grpc: service.address }));
  write('development.key', 'mneme_dev_key');
  write('operator.key', 'mneme_op_key');
});
afterEach(() => {
  close();
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function mneme(words: readonly string[], stdin = '') {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await run(words, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    environment: { MNEME_DATA_DIR: directory },
    signal: new AbortController().signal,
  });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { exitCode, out: text(stdout), err: text(stderr) };
}

const turn = (content: string) => JSON.stringify({ userId: 'ana', session: 's', role: 'user', content });

async function withTurns(): Promise<void> {
  await mneme(['ingest', write('turns.jsonl', ['the red bicycle', 'a green boat'].map(turn).join('\n'))]);
}

describe('usage', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['recall']],
    [['recall', 'q', '--limit', '51']],
    [['recall', 'q', '--filter', 'kind']],
    [['erase', 'ana']],
    [['policy', 'set']],
    [['bench', '--profile', 'other']],
  ])('%j exits with 2 and says why on standard error', async (words) => {
    const { exitCode, out, err } = await mneme(words);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain('--help');
  });

  it('is told as JSON too', async () => {
    const { exitCode, out, err } = await mneme(['recall', '--json']);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
    expect(JSON.parse(out)).toEqual({ error: { code: 'usage', message: "missing required argument 'question'" } });
  });

  it('prints help and version with 0', async () => {
    expect(await mneme(['recall', '--help'])).toMatchObject({ exitCode: 0, err: '' });
    expect((await mneme(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('errors', () => {
  it('of the service exit with 1 and give their fields', async () => {
    const { exitCode, err } = await mneme(['key', 'revoke', 'k']);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'error: no such key (field: keyId)\n' });
    const asJson = await mneme(['key', 'revoke', 'k', '--json']);
    expect(asJson).toMatchObject({ exitCode: 1, err: '' });
    expect(JSON.parse(asJson.out)).toEqual({ error: { code: 'not-found', message: 'no such key', field: 'keyId' } });
  });

  it('say what to do when nothing runs', async () => {
    close();
    const { exitCode, err } = await mneme(['status']);
    expect(exitCode).toBe(1);
    expect(err).toContain('npm start');
    const nowhere = await mneme(['status', '--data-dir', join(directory, 'none'), '--json']);
    expect(JSON.parse(nowhere.out)).toMatchObject({ error: { code: 'unavailable' } });
  });
});

describe('ingest and recall', () => {
  it('takes a file, once', async () => {
    await withTurns();
    expect(memory.turns.map(({ content }) => content)).toEqual(['the red bicycle', 'a green boat']);
    expect(memory.turns[0]?.idempotencyKey).toMatch(/^[0-9a-f]{40}-1$/);
  });

  it('names refused lines, and reads standard input', async () => {
    const lines = [turn('one'), '{"session":"s"}', turn('three')].join('\n');
    const { exitCode, out } = await mneme(['ingest', '-', '--json'], lines);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ lines: 3, accepted: 2, refused: 1, refusedLines: [{ line: 2 }] });
    expect((await mneme(['ingest', '-'], lines)).out).toContain('line 2: invalid-input: `role` is missing\n');
  });

  it('takes the arguments of a tool call as an object or as text', async () => {
    const call = (value: unknown) =>
      JSON.stringify({ session: 's', role: 'assistant', content: '', toolCalls: [{ name: 'f', arguments: value }] });
    const { exitCode } = await mneme(['ingest', '-'], `${call({ a: 1 })}\n${call('{"a":1}')}`);
    expect(exitCode).toBe(0);
    expect(memory.turns.map(({ toolCalls }) => toolCalls[0]?.arguments)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('names a file that is not there', async () => {
    const { exitCode, err } = await mneme(['ingest', '/nowhere.jsonl']);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'error: there is no file /nowhere.jsonl\n' });
  });

  it('recalls, in lines and as one document', async () => {
    await withTurns();
    const lines = await mneme(['recall', 'red bicycle?', '--user', 'ana']);
    expect(lines.out.split('\n')[0]).toMatch(/^ 1 {2}2\.000 {2}0\.90 .*the red bicycle$/);
    const { out, err } = await mneme(['recall', 'red bicycle?', '--user', 'ana', '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ hits: [{ memory: { text: 'the red bicycle' } }], freshness: 'current' });
    expect((await mneme(['recall', 'nothing', '--user', 'ana'])).out).toContain('--threshold 0');
  });

  it('lists, and gets one', async () => {
    await withTurns();
    const { out } = await mneme(['list', '--user', 'ana', '--limit', '1', '--json']);
    const { memories, nextCursor } = JSON.parse(out) as { memories: { memoryId: string }[]; nextCursor: string };
    expect({ count: memories.length, nextCursor }).toEqual({ count: 1, nextCursor: '1' });
    const one = await mneme(['get', memories[0]?.memoryId ?? '', '--user', 'ana']);
    expect(one.out).toContain('the red bicycle');
  });
});

describe('graph', () => {
  const names = { subject: { name: 'Ana', type: 'person' }, object: { name: 'Porto', type: 'place' } };
  const fact = { ...names, predicate: 'lives_in', validFrom: '2026-01-01T00:00:00.000Z', hop: 1, memory: undefined };
  const asked: TraverseRequest[] = [];
  const withGraph = async () => {
    const service = await startStubService({
      retrieval: {
        traverse: ({ request }, callback) => {
          asked.push(request);
          const dropped = [{ reason: 'erased', count: 2 }];
          callback(null, { facts: [fact], truncated: true, freshness: 'behind', failedTurnIds: [], dropped });
        },
        initSession: (_call, callback) => {
          const empty = { preferences: [], projects: [], constraints: [], turns: [], failedTurnIds: [] };
          callback(null, { ...empty, about: [fact], freshness: 'none' });
        },
      },
    });
    close();
    close = service.close;
    write('endpoint.json', JSON.stringify({ grpc: service.address }));
  };

  it('asks for an entity as it was then, and says what is missing', async () => {
    await withGraph();
    const times = ['--valid-at', '2026-02-01T00:00:00Z', '--known-at', '2026-03-01T00:00:00Z'];
    const { out } = await mneme([
      'graph',
      'Ana',
      '--type',
      'person',
      '--hops',
      '3',
      '--predicate',
      'lives_in',
      ...times,
    ]);
    expect(asked.at(-1)).toMatchObject({
      entities: [{ name: 'Ana', type: 'person' }],
      predicates: ['lives_in'],
      hops: 3,
      validAt: '2026-02-01T00:00:00Z',
      knownAt: '2026-03-01T00:00:00Z',
    });
    expect(out).toContain('Ana lives_in Porto');
    expect(out).toContain('1 fact · there are more · dropped 2 (erased) · not everything up to the token is here yet');
    expect((await mneme(['graph', '--hops', '5'])).exitCode).toBe(2);
  });

  it('shows a profile by part, and wants to know whose', async () => {
    await withGraph();
    const { out } = await mneme(['profile', '--user', 'ana']);
    expect(out).toMatch(/^about\n.*Ana lives_in Porto.*\npreferences\nprojects\nconstraints/);
    expect((await mneme(['profile'])).exitCode).toBe(2);
  });
});

describe('erase', () => {
  it('asks, and where nobody can be asked wants --yes', async () => {
    const { exitCode, err } = await mneme(['erase', 'ana', '--basis', 'gdpr-17']);
    expect(exitCode).toBe(1);
    expect(err).toContain('--yes');
  });

  it('follows the steps', async () => {
    const { exitCode, out, err } = await mneme(['erase', 'ana', '--basis', 'gdpr-17', '--yes', '--wait']);
    expect(exitCode).toBe(0);
    expect(err.trim().split('\n')).toHaveLength(4);
    expect(out).toContain('erasure e1: done, clean');
    const first = await mneme(['erase', 'ana', '--basis', 'gdpr-17', '--yes', '--json']);
    expect(JSON.parse(first.out)).toMatchObject({ erasureId: 'e1', step: 'requested', done: false });
  });

  it('wants one of a name and --lift for a hold', async () => {
    expect((await mneme(['hold', 'ana'])).err).toContain('--lift');
  });
});

describe('operating', () => {
  it('makes tenants and keys', async () => {
    expect((await mneme(['tenant', 'create', 'acme'])).out).toContain('mneme key create --tenant acme');
    const words = ['key', 'create', '--tenant', 'acme', '--agent', 'bot', '--right', 'ingest', '--right', 'recall'];
    expect(JSON.parse((await mneme([...words, '--json'])).out)).toMatchObject({
      bearer: 'mneme_0123456789abcdef_secret',
      key: { rights: ['ingest', 'recall'] },
    });
    await mneme(['policy', 'set', 'similarityMin=0.8', '--tenant', 'acme']);
    await mneme(['policy', 'set', '{"similarityMin":0.7}']);
    expect(memory.policies).toEqual(['{"similarityMin":0.8}', '{"similarityMin":0.7}']);
    expect((await mneme(['policy', 'set', 'similarityMin'])).err).toContain('no change of a policy');
  });

  it('fails when a digest differs', async () => {
    expect(await mneme(['digest'])).toMatchObject({ exitCode: 0 });
    const { exitCode, out } = await mneme(['digest', '--tenant', 'acme']);
    expect(exitCode).toBe(1);
    expect(out).toContain('DIFFERENT');
  });

  it('shows the status', async () => {
    expect((await mneme(['status'])).out).toContain('100.0 MiB');
  });
});

describe('measuring', () => {
  const dataset = () => {
    const row = { sample_id: 'c', speaker: 'Ana', session: 1, date_time: '2023-05-08T13:56:00' };
    write('turns.jsonl', `${JSON.stringify({ ...row, dia_id: 'D1:1', text: 'the red bicycle' })}\n`);
    write('questions.jsonl', '{"qid":"q","sample_id":"c","question":"red?","category":1}\n');
    write('evidence.jsonl', '{"qid":"q","evidence":["D1:1"]}\n');
  };

  it('evaluates a directory, and writes rankings and figures', async () => {
    dataset();
    const [json, rankings] = [join(directory, 'out.json'), join(directory, 'rankings.jsonl')];
    const { exitCode, out } = await mneme(['eval', '--data', directory, '--rankings', rankings, '--json', json]);
    expect(exitCode).toBe(0);
    expect(out).toContain('recall@10');
    expect(readFileSync(rankings, 'utf8')).toBe('{"qid":"q","ranked":["D1:1"]}\n');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ turns: 1, turnsKept: { share: 1 } });
  });

  it('prints figures as the only document', async () => {
    dataset();
    const { out, err } = await mneme(['eval', '--data', directory, '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ questions: 1 });
  });

  it('refuses before it works: a wrong line, a file that cannot be written', async () => {
    dataset();
    expect((await mneme(['eval', '--data', directory, '--rankings', '/nowhere/x'])).err).toContain('cannot be written');
    write('questions.jsonl', '{"qid":"q"}\n');
    const { exitCode, err } = await mneme(['eval', '--data', directory]);
    expect(exitCode).toBe(1);
    expect(err).toContain('questions.jsonl, line 1: `sample_id`');
    expect(memory.turns).toEqual([]);
  });
});
