import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import type { OpenApiDocument } from '@mneme/platform';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const SESSION = 'Ärger mit 7/7 & co?';

describe('open sessions over HTTP', () => {
  let service: Running;
  let closer: string;
  beforeAll(async () => {
    service = await startStandalone(join(temporaryDirectory(), 'data'));
    const rights = ['ingest', 'recall', 'on-behalf-of'];
    closer = (
      await service.operator.admin.createKey({ tenantId: 'development', agentId: 'closer', teamIds: ['west'], rights })
    ).secret;
  });
  afterAll(() => service.stop('SIGTERM'));

  interface Asked {
    readonly method?: string;
    readonly body?: unknown;
    readonly key?: string;
  }
  const call = async (path: string, { method = 'GET', body, key = service.bearer }: Asked = {}) => {
    const response = await fetch(`${service.http}/v1/sessions/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, never> };
  };
  const at = (what: string, session = SESSION) => `${encodeURIComponent(session)}/${what}`;
  const named = { session: SESSION, userId: 'ana' };

  it('keep states as over gRPC, an object or its text, and only over what was read', async () => {
    expect(await call(`${at('task')}?userId=ana`)).toEqual({ status: 200, answer: {} });
    const first = await call(at('task'), { method: 'PUT', body: { userId: 'ana', stateJson: { step: 1 } } });
    expect(first).toEqual({ status: 200, answer: { revision: expect.stringMatching(/^\d+$/) } });
    const { state } = await service.agent.sessions.getTaskState(named);
    expect(state).toMatchObject({ stateJson: '{"step":1}', revision: first.answer['revision'] });
    expect((await call(`${at('task')}?userId=ana`)).answer).toEqual({ state });
    const body = { userId: 'ana', stateJson: '{"step": 2}', expectedRevision: first.answer['revision'] };
    expect((await call(at('task'), { method: 'PUT', body })).status).toBe(200);
    const late = await call(at('task'), { method: 'PUT', body });
    expect(late).toMatchObject({ status: 409, answer: { error: { code: 'conflict', field: 'expectedRevision' } } });
    await call(at('working'), { method: 'PUT', body: { userId: 'ana', stateJson: { draft: 'a' } } });
    expect((await call(`${at('working')}?userId=ana`)).answer).toMatchObject({ state: { stateJson: '{"draft":"a"}' } });
    expect((await call(`${at('working')}?userId=ana`, { key: closer })).answer).toEqual({});
  });

  it('go over to another agent, and end', async () => {
    const turn = { ...named, role: 'user', content: 'I moved to Lisbon and keep two cats.' };
    const { token: said } = await service.agent.ingest.ingestTurns({ turns: [{ ...turn, toolCalls: [] }] });
    await service.agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor: { token: said } });
    const note = 'she waits for a call';
    const left = await call(at('hand-off'), { method: 'POST', body: { userId: 'ana', toAgent: 'closer', note } });
    expect(left.status).toBe(200);
    const { resumeToken } = left.answer;
    const resumed = await call('resume', { method: 'POST', body: { resumeToken, turns: 5 }, key: closer });
    expect(resumed).toMatchObject({
      status: 200,
      answer: { session: SESSION, handOff: { note }, turns: [{ content: turn.content }], sessionMemories: [{}] },
    });
    const refused = await call('resume', { method: 'POST', body: { resumeToken } });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(await call(at('end'), { method: 'POST', body: { userId: 'ana' } })).toMatchObject({
      status: 200,
      answer: { state: 'ended', turnCount: 1, token: expect.any(String) },
    });
    expect((await call(at('end', 'nothing'), { method: 'POST' })).answer).toMatchObject({ state: 'empty' });
  });

  it.each([
    ['a state that is none', 'PUT', 'task', { stateJson: '[1]' }, 'stateJson'],
    ['no state', 'PUT', 'task', {}, 'stateJson'],
    ['a list', 'PUT', 'working', { stateJson: [] }, 'stateJson'],
    ['a team of a working state', 'PUT', 'working', { stateJson: {}, teamId: 'west' }, 'teamId'],
    ['a field that there is not', 'PUT', 'task', { stateJson: {}, ttl: 7 }, 'ttl'],
    ['a revision that is none', 'PUT', 'task', { stateJson: {}, expectedRevision: 'x' }, 'expectedRevision'],
    ['no note', 'POST', 'hand-off', { toAgent: 'closer' }, 'note'],
    ['no receiver', 'POST', 'hand-off', { note: 'n' }, 'toAgent'],
    ['a time that is none', 'POST', 'hand-off', { note: 'n', toAgent: 'closer', expiresInMinutes: 1.5 }, undefined],
  ])('refuse %s, naming the field', async (_, method, what, body, field) => {
    const { status, answer } = await call(at(what), { method, body });
    expect(status).toBe(400);
    if (field !== undefined) expect(answer).toMatchObject({ error: { code: 'invalid-input', field } });
  });

  it('refuse a query that is not known, a broken name, and who has no key', async () => {
    expect((await call(`${at('task')}?user=ana`)).answer).toMatchObject({ error: { field: 'user' } });
    expect((await call('%E0%A4/task')).status).toBe(400);
    expect((await call(at('task', 'x'.repeat(257)))).answer).toMatchObject({ error: { field: 'session' } });
    expect((await call(at('task'), { key: 'nothing' })).status).toBe(401);
    expect((await call('one/two/task')).status).toBe(404);
  });

  it('are described as they are: parameters, and examples that are taken', async () => {
    const document = (await (await fetch(`${service.http}/openapi.json`)).json()) as OpenApiDocument;
    for (const [path, methods] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, operation] of Object.entries(methods)) {
        expect(operation.parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name)).toEqual(
          inPath,
        );
        const body = operation.requestBody?.content['application/json']?.example;
        if (!path.endsWith('}/task') || method !== 'put') continue;
        expect(await call('example/task', { method: 'PUT', body })).toMatchObject({ status: 200 });
      }
    }
  });
});
