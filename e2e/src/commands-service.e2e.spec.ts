import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { bearerOf, connect } from '@mneme/client';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const REFUND = [
  { name: 'find_order', arguments: '{"order":7}' },
  { name: 'refund_payment', arguments: '{"order":7}' },
];

describe('commands over gRPC, HTTP and the command line', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  beforeAll(async () => {
    service = await startStandalone(directory);
  });
  afterAll(() => service.stop('SIGTERM'));

  const say = async (content: string, userId = 'ana') => {
    const turns = [{ userId, session: 's', role: 'user', content, speakerName: 'Ana', toolCalls: [] }];
    const { token } = await service.agent.ingest.ingestTurns({ turns });
    const request = { userId, filters: [{ field: 'kind', op: 'in', values: ['episode'] }], waitFor: { token } };
    return (await service.agent.retrieval.listMemories(request)).memories[0]!;
  };
  const runTask = (outcome: string, session: string) => {
    const turn = {
      session,
      role: 'assistant',
      scope: 'agent',
      content: 'The customer has the money back.',
      toolCalls: REFUND,
    };
    return service.agent.ingest.ingestTurns({ turns: [{ ...turn, task: 'refund a damaged order', outcome }] });
  };
  const post = (body: object) =>
    fetch(`${service.http}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const freshness = async (token: string) =>
    (await service.agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor: { token } })).freshness;

  it('makes a memory critical and normal again, over gRPC, HTTP and the command line', async () => {
    const { memoryId } = await say('The boiler in Ghent must never run above 80 degrees.');
    const importanceOf = async (token?: string) => {
      if (token !== undefined) expect(await freshness(token)).toBe('current');
      return (await service.agent.retrieval.getMemory({ memoryId, userId: 'ana' })).importance;
    };
    const wish = { memoryId, userId: 'ana' };
    expect(await importanceOf()).toBe('normal');
    const { token } = await service.agent.commands.setImportance({ ...wish, importance: 'critical' });
    expect(await importanceOf(token)).toBe('critical');
    const answer = await post({ action: 'set-importance', ...wish, importance: 'normal' });
    expect(await importanceOf(((await answer.json()) as { token: string }).token)).toBe('normal');
    const run = await mneme(directory, ['importance', memoryId, 'critical', '--user', 'ana']);
    expect([run.exitCode, run.out]).toEqual([0, expect.stringContaining('done')]);
    expect(await importanceOf()).toBe('critical');
    for (const importance of ['', 'high']) {
      await expect(service.agent.commands.setImportance({ ...wish, importance })).rejects.toMatchObject({
        code: 'invalid-input',
        detail: { field: 'importance' },
      });
    }
  });

  it('finds the procedure of a task by its description, surer with each success', async () => {
    const { token } = await runTask('succeeded', 'r1');
    const recall = async (waitFor?: { token: string }) => {
      const filters = [{ field: 'kind', op: 'in', values: ['procedure'] }];
      const question = 'How do I refund a damaged order?';
      return (await service.agent.retrieval.recall({ question, filters, ...(waitFor ? { waitFor } : {}) })).hits;
    };
    const [hit] = await recall({ token });
    expect(hit?.memory?.text.split('\n').slice(0, 3)).toEqual([
      'Task: refund a damaged order',
      '1. find_order {"order":7}',
      '2. refund_payment {"order":7}',
    ]);
    expect(hit?.memory).toMatchObject({ kind: 'procedure', scope: 'agent', confidence: 0.667 });
    const again = await runTask('succeeded', 'r2');
    const [surer] = await recall({ token: again.token });
    expect(surer?.memory).toMatchObject({ memoryId: hit?.memory?.memoryId, confidence: 0.75 });
    const failed = await runTask('failed', 'r3');
    expect((await recall({ token: failed.token }))[0]?.memory).toMatchObject({ confidence: 0.6 });
  });

  it('records, lists and shows procedures on the command line', async () => {
    const file = join(temporaryDirectory(), 'procedure.json');
    const steps = [{ tool: 'unlock_account', arguments: { user: 7 }, note: 'ask for the badge first' }];
    writeFileSync(file, JSON.stringify({ task: 'unlock an account', steps, outcome: 'they can log in' }));
    const recorded = await mneme(directory, ['procedure', 'record', file, '--json']);
    expect(recorded).toMatchObject({ exitCode: 0, err: '' });
    const listed = await mneme(directory, ['procedure', 'list', '--json']);
    const { memories } = JSON.parse(listed.out) as { memories: { memoryId: string; text: string }[] };
    const one = memories.find(({ text }) => text.startsWith('Task: unlock an account'));
    const shown = await mneme(directory, ['procedure', 'show', one?.memoryId ?? '']);
    expect(shown.out).toContain('1. unlock_account {"user":7} (ask for the badge first)\nOutcome: they can log in');
    expect((await mneme(directory, ['procedure', 'record', join(directory, 'none.json')])).exitCode).toBe(1);
  });

  it('corrects, confirms, expires and retracts on the command line', async () => {
    const { memoryId } = await say('I prefer the quiet carriage of the early train.');
    const change = (...words: string[]) => mneme(directory, [...words, '--user', 'ana']);
    const corrected = await change('correct', memoryId, '--text', 'I prefer the last carriage of the early train.');
    expect(corrected).toEqual({ exitCode: 0, out: 'done\n', err: '' });
    const memory = await service.agent.retrieval.getMemory({ memoryId, userId: 'ana' });
    expect(memory.text).toBe('I prefer the last carriage of the early train.');
    expect((await change('confirm', memoryId, '--if-version', '1')).exitCode).toBe(1);
    expect((await change('confirm', memoryId, '--if-version', memory.version)).exitCode).toBe(0);
    expect((await change('expire', memoryId, '--at', '2030-01-01T00:00:00Z')).exitCode).toBe(0);
    const { expiresAt } = await service.agent.retrieval.getMemory({ memoryId, userId: 'ana' });
    expect(expiresAt).toBe('2030-01-01T00:00:00.000Z');
    expect((await change('retract', memoryId)).exitCode).toBe(0);
    expect((await change('retract', memoryId)).err).toContain('no such memory');
  });

  it('corrects a fact by a sentence, and by its object', async () => {
    await say('I live in Lisbon and I work at Novabank.');
    const facts = async () => {
      const { about } = await service.agent.retrieval.initSession({ userId: 'ana' });
      return about.map(({ predicate, object, memory }) => [predicate, object?.name, memory?.memoryId ?? ''] as const);
    };
    const idOf = async (predicate: string) => (await facts()).find(([name]) => name === predicate)?.[2] ?? '';
    const correct = async (memoryId: string, said: object) =>
      freshness((await service.agent.commands.correct({ userId: 'ana', memoryId, ...said })).token);
    expect(await correct(await idOf('lives_in'), { text: 'I live in Porto.' })).toBe('current');
    expect(await correct(await idOf('works_at'), { object: 'Oldbank' })).toBe('current');
    const known = new Map((await facts()).map(([predicate, object]) => [predicate, object]));
    expect([known.get('lives_in'), known.get('works_at')]).toEqual(['Porto', 'Oldbank']);
    await expect(correct(await idOf('lives_in'), { text: 'Good morning.' })).rejects.toMatchObject({
      code: 'invalid-input',
      detail: { field: 'object' },
    });
  });

  it('says the same over HTTP, with the same errors', async () => {
    const { memoryId } = await say('I decided to take the night ferry to Palermo.');
    const answer = await post({ action: 'confirm', userId: 'ana', memoryId, idempotencyKey: 'http-1' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ idempotencyKey: 'http-1', repeated: false });
    for (const [body, status, detail] of [
      [{ action: 'forget', memoryId }, 400, { code: 'invalid-input', field: 'action' }],
      [{ action: 'confirm', userId: 'ana', memoryId: 'x' }, 400, { field: 'memoryId' }],
      [{ action: 'confirm', userId: 'ben', memoryId }, 404, { code: 'not-found', field: 'memoryId' }],
      [{ action: 'correct', userId: 'ana', memoryId }, 400, { field: 'text' }],
      [
        { action: 'correct', userId: 'ana', memoryId, text: 'x'.repeat(70_000) },
        413,
        { limit: 'turnTextBytesMax=65536' },
      ],
      [{ action: 'retract', userId: 'ana', memoryId, turnId: memoryId }, 400, { field: 'memoryId' }],
      [{ action: 'confirm', userId: 'ana', memoryId, also: 1 }, 400, { field: 'also' }],
    ] as const) {
      const refused = await post(body);
      expect({ status: refused.status, ...((await refused.json()) as object) }).toMatchObject({
        status,
        error: detail,
      });
    }
  });

  it('asks for publish where others read, and never lets another tenant or agent change anything', async () => {
    const shared = {
      session: 't',
      role: 'user',
      scope: 'tenant',
      content: 'We decided to close the office on Fridays.',
    };
    const { token } = await service.agent.ingest.ingestTurns({ turns: [{ ...shared, toolCalls: [] }] });
    const { memories } = await service.agent.retrieval.listMemories({ filters: [], waitFor: { token } });
    const memoryId = memories.find(({ scope, kind }) => scope === 'tenant' && kind === 'episode')?.memoryId ?? '';
    const keyed = async (agentId: string, rights: string[]) => {
      const created = await service.agent.admin.createKey({ tenantId: 'development', agentId, rights, teamIds: [] });
      return connect({ address: service.grpc, apiKey: bearerOf(created) });
    };
    const reader = await keyed('closer', ['ingest', 'recall', 'on-behalf-of']);
    await expect(reader.commands.retract({ memoryId })).rejects.toMatchObject({
      code: 'forbidden',
      detail: { field: 'memoryId', limit: 'right=publish' },
    });
    const looker = await keyed('closer', ['recall']);
    await expect(looker.commands.confirm({ memoryId })).rejects.toMatchObject({ detail: { limit: 'right=ingest' } });
    const own = await service.agent.retrieval.listMemories({
      filters: [{ field: 'kind', op: 'in', values: ['procedure'] }],
    });
    await expect(reader.commands.retract({ memoryId: own.memories[0]?.memoryId ?? '' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await freshness((await service.agent.commands.retract({ memoryId })).token)).toBe('current');
    reader.close();
    looker.close();
  });

  it('refuses half a run and a task that is too long, by name', async () => {
    const turn = { session: 'r', role: 'assistant', scope: 'agent', content: 'done', toolCalls: REFUND };
    const send = (more: object) => service.agent.ingest.ingestTurns({ turns: [{ ...turn, ...more }] });
    await expect(send({ task: 'x' })).rejects.toMatchObject({ detail: { field: 'turns[0].outcome', index: 0 } });
    await expect(send({ outcome: 'failed' })).rejects.toMatchObject({ detail: { field: 'turns[0].task' } });
    await expect(send({ task: 'x', outcome: 'perhaps' })).rejects.toMatchObject({
      detail: { field: 'turns[0].outcome' },
    });
    await expect(send({ task: 'x'.repeat(3_000), outcome: 'failed' })).rejects.toMatchObject({
      code: 'limit-exceeded',
      detail: { limit: 'taskBytesMax=2048' },
    });
  });

  it('leaves stores that equal the log', async () => {
    const { equal } = await service.agent.admin.digest({});
    expect(equal).toBe(true);
  });
});
