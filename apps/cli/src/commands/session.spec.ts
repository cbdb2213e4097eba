import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStubService, type StubHandlers } from '@mneme/client';
import { run } from '../run.js';

const AT = '2026-03-14T09:26:53.000Z';
const TURN = { turnId: 't', role: 'user', content: 'hello\u0007 there', toolCalls: [], occurredAt: AT, recordedAt: AT };
const STATE = { stateJson: '{"step":2}', revision: '17', agentId: 'helper', writtenAt: AT };
const MEMORY = { memoryId: 'm', version: '1', kind: 'summary', text: 'ana: We ship.', session: 's', scope: 'user' };
const FULL_MEMORY = {
  ...{ ...MEMORY, flags: [], sourceClass: 'user', trust: 1, confidence: 1, importance: 'normal' },
  ...{ occurredAt: AT, recordedAt: AT, turnIds: ['t'] },
};

describe('mneme session', () => {
  let directory = '';
  let close = () => {};
  let asked: Record<string, unknown> = {};
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mneme-cli-'));
    asked = {};
    const service = await startStubService(handlers());
    close = service.close;
    writeFileSync(join(directory, 'endpoint.json'), JSON.stringify({ grpc: service.address }));
    writeFileSync(join(directory, 'development.key'), 'mneme_dev_key');
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true });
  });

  function handlers(): StubHandlers {
    const note = (name: string, request: object) => (asked[name] = request);
    return {
      retrieval: {
        getSession: ({ request }, callback) => (note('getSession', request), callback(null, { turns: [TURN] })),
        listMemories: ({ request }, callback) => {
          note('listMemories', request);
          callback(null, { memories: [FULL_MEMORY], freshness: 'current' });
        },
      },
      sessions: {
        getTaskState: ({ request }, callback) => (note('getTaskState', request), callback(null, { state: STATE })),
        getWorkingState: ({ request }, callback) => (note('getWorkingState', request), callback(null, {})),
        setTaskState: ({ request }, callback) => (note('setTaskState', request), callback(null, { revision: '18' })),
        setWorkingState: ({ request }, callback) => (
          note('setWorkingState', request),
          callback(null, { revision: '19' })
        ),
        handOff: ({ request }, callback) => {
          note('handOff', request);
          callback(null, { resumeToken: 'mnr_token', expiresAt: AT });
        },
        resume: ({ request }, callback) => {
          note('resume', request);
          const handOff = { note: 'she waits', fromAgent: 'helper', toAgent: 'closer', handedAt: AT };
          const memories = { sessionMemories: [FULL_MEMORY], teamMemories: [] };
          callback(null, { handOff, task: STATE, turns: [TURN], ...memories, session: 's1' });
        },
        endSession: ({ request }, callback) => {
          note('endSession', request);
          const isEmpty = request.session === 'none';
          callback(null, isEmpty ? { state: 'empty', turnCount: 0 } : { state: 'ended', token: 'tok', turnCount: 2 });
        },
      },
    };
  }

  async function session(...words: string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const exitCode = await run(['session', ...words], {
      stdin: Readable.from([]),
      stdout,
      stderr,
      environment: { MNEME_DATA_DIR: directory },
      signal: new AbortController().signal,
    });
    const text = (stream: PassThrough) => String(stream.read() ?? '');
    return { exitCode, out: text(stdout), err: text(stderr) };
  }

  it.each([['s1'], ['show', 's1']])('%s shows turns and task, printable', async (...words) => {
    const { exitCode, out } = await session(...words, '--user', 'ana', '--limit', '5');
    expect(exitCode).toBe(0);
    expect(out).toContain('2026-03-14 09:26  user  hello there');
    expect(out).toContain('{"step":2}');
    expect(out).toContain('revision 17, helper');
    expect(asked).toMatchObject({
      getSession: { session: 's1', userId: 'ana', limit: 5 },
      getTaskState: { userId: 'ana' },
    });
  });

  it('reads and writes states', async () => {
    expect((await session('state', 's1')).out).toContain('{"step":2}');
    expect((await session('state', 's1', '--working')).out).toBe('');
    const { out } = await session('state', 's1', '{"step":3}', '--user', 'ana', '--expect', '17');
    expect(out).toBe('revision 18\n');
    expect(asked['setTaskState']).toEqual({
      session: 's1',
      userId: 'ana',
      stateJson: '{"step":3}',
      expectedRevision: '17',
    });
    expect((await session('state', 's1', '{}', '--working', '--json')).out).toBe('{\n  "revision": "19"\n}\n');
    await session('state', 'job', '{}', '--team', 'west');
    expect(asked['setTaskState']).toMatchObject({ teamId: 'west' });
  });

  it('hands over and resumes', async () => {
    const words = ['hand-off', 's1', '--user', 'ana', '--to-agent', 'closer', '--note', 'she waits', '--minutes', '5'];
    const { out } = await session(...words, '--state', '{}');
    expect(out).toBe('mnr_token\nuntil 2026-03-14 09:26\n');
    expect(asked['handOff']).toEqual({
      ...{ session: 's1', userId: 'ana', toAgent: 'closer', note: 'she waits', expiresInMinutes: 5, stateJson: '{}' },
    });
    const resumed = await session('resume', 'mnr_token', '--turns', '3', '--memories', '4');
    expect(asked['resume']).toEqual({ resumeToken: 'mnr_token', turns: 3, memories: 4 });
    for (const text of ['session s1, from helper', 'she waits', '{"step":2}', 'hello', 'of the session', 'We ship.']) {
      expect(resumed.out).toContain(text);
    }
    expect((await session('hand-off', 's1', '--to-agent', 'closer')).exitCode).toBe(2);
    expect((await session('hand-off', 's1', '--note', 'n', '--minutes', '1441')).exitCode).toBe(2);
  });

  it('ends, and waits for the summary when asked to', async () => {
    expect((await session('end', 's1', '--user', 'ana')).out).toBe('ended after 2 turns\n');
    expect(asked['listMemories']).toBeUndefined();
    expect((await session('end', 's1', '--wait')).out).toBe('ended after 2 turns\nana: We ship.\n');
    expect(asked['listMemories']).toMatchObject({ waitFor: { token: 'tok' }, pageSize: 1 });
    expect((await session('end', 'none', '--wait')).out).toBe('no turn of it is there\n');
    const json = JSON.parse((await session('end', 's1', '--wait', '--json')).out) as object;
    expect(json).toMatchObject({ state: 'ended', summary: { text: 'ana: We ship.' }, freshness: 'current' });
  });
});
