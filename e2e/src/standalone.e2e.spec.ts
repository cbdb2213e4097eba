import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const said = (userId: string, content: string, session = 's1') => ({
  userId,
  session,
  role: 'user',
  content,
  toolCalls: [],
});

describe('a new user of the standalone service', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;

  beforeAll(async () => {
    const env = { MNEME_ERASURE_QUIET_PERIOD_MS: '200', MNEME_KEY_CACHE_MS: '200' };
    service = await startStandalone(directory, env);
  });
  afterAll(() => service.stop('SIGTERM'));

  const post = (body: unknown, bearer = service.bearer) =>
    fetch(`${service.http}/v1/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('has keys that only the owner can read', () => {
    for (const name of ['root.key', 'commitment.key', 'operator.key', 'development.key']) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('says something over HTTP and finds it over gRPC, by its token at once', async () => {
    const turn = { ...said('ana', 'I live in Lisbon and I prefer short answers.'), speakerName: 'Ana' };
    const response = await post({ ...turn, toolCalls: undefined });
    expect(response.status).toBe(200);
    const { token, turnIds } = (await response.json()) as { token: string; turnIds: string[] };
    const question = 'Where does Ana live?';
    const answer = await service.agent.retrieval.recall({ question, userId: 'ana', filters: [], waitFor: { token } });
    expect(answer.freshness).toBe('current');
    expect(new Set(answer.hits.flatMap(({ memory }) => memory?.turnIds))).toEqual(new Set(turnIds));
    expect(answer.hits[0]?.memory?.text).toMatch(/live[s]? in Lisbon/);
  });

  it('gives the last turns and pages of memories', async () => {
    const turns = Array.from({ length: 5 }, (_, i) => said('pia', `note number ${i} of the plan`));
    const { token } = await service.agent.ingest.ingestTurns({ turns });
    const first = { userId: 'pia', filters: [], pageSize: 3, waitFor: { token } };
    const page = await service.agent.retrieval.listMemories(first);
    const rest = await service.agent.retrieval.listMemories({ ...first, cursor: page.nextCursor });
    const texts = [...page.memories, ...rest.memories].map(({ text }) => text);
    expect(texts).toEqual(turns.map(({ content }) => content).reverse());
    const session = await service.agent.retrieval.getSession({ session: 's1', userId: 'pia' });
    expect(session.turns.map(({ content }) => content)).toEqual(turns.map(({ content }) => content));
  });

  it.each([
    ['an unknown field', { ...said('ana', 'x'), toolCalls: undefined, mood: 1 }, 400, 'turns[0].mood'],
    [
      'a time without a zone',
      { ...said('ana', 'x'), toolCalls: undefined, occurredAt: '2026-03-01T10:00:00' },
      400,
      'turns[0].occurredAt',
    ],
    [
      'a day that does not exist',
      { ...said('ana', 'x'), toolCalls: undefined, occurredAt: '2026-02-31T10:00:00Z' },
      400,
      'turns[0].occurredAt',
    ],
    ['a text over the limit', { ...said('ana', 'x'.repeat(65_537)), toolCalls: undefined }, 413, 'turns[0].content'],
    ['a body that is not JSON', '{"userId":', 400, 'body'],
  ])('refuses %s by name and changes nothing', async (_, body, status, field) => {
    const before = await service.agent.admin.digest({});
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: { field: string } }).error.field).toBe(field);
    expect(await service.agent.admin.digest({})).toEqual(before);
  });

  it('refuses a wrong key, an unknown filter and another time than now', async () => {
    expect((await post(said('ana', 'x'), 'mneme_0000000000000000_nothing')).status).toBe(401);
    const recall = (more: object) =>
      service.agent.retrieval.recall({ question: 'x y', userId: 'ana', filters: [], ...more });
    await expect(recall({ filters: [{ field: 'mood', op: 'in', values: ['x'] }] })).rejects.toMatchObject({
      code: 'invalid-input',
      detail: { field: 'filters[0]' },
    });
    await expect(recall({ now: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({ detail: { field: 'now' } });
    await expect(recall({ limit: 51 })).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('keeps users apart, and tenants', async () => {
    await service.operator.admin.createTenant({ tenantId: 'other' });
    const rights = ['ingest', 'recall', 'on-behalf-of'];
    const request = { tenantId: 'other', agentId: 'a', teamIds: [], rights };
    const { secret } = await service.operator.admin.createKey(request);
    const { token } = await service.agent.ingest.ingestTurns({
      turns: [said('kim', 'the vault code is on the fridge')],
    });
    for (const userId of ['ana', undefined]) {
      const question = 'where is the vault code';
      const answer = await service.agent.retrieval.recall({
        question,
        userId,
        filters: [],
        similarityMin: 0,
        waitFor: { token },
      });
      expect(answer.hits.filter(({ memory }) => memory?.text.includes('vault'))).toEqual([]);
    }
    const turns = [{ userId: 'kim', session: 's', role: 'user', content: 'hello there' }];
    expect((await post({ turns }, secret)).status).toBe(200);
    await expect(service.operator.retrieval.recall({ question: 'x', filters: [] })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('has stores that equal the log, also after replays', async () => {
    expect((await service.agent.admin.digest({})).equal).toBe(true);
    let result: boolean | undefined;
    for await (const step of service.agent.admin.replay({ times: 2, shuffleSeed: 7 }))
      result = step.result?.equal ?? result;
    expect(result).toBe(true);
  });

  it('erases a person everywhere, and takes the same person in again', async () => {
    const { token } = await service.agent.ingest.ingestTurns({ turns: [said('zoe', 'my locker number is ninety')] });
    await service.agent.retrieval.listMemories({ userId: 'zoe', filters: [], waitFor: { token } });
    let report = await service.agent.erasure.eraseUser({ userId: 'zoe', legalBasis: 'gdpr-17' });
    for (let i = 0; i < 200 && !report.done; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      report = await service.agent.erasure.getErasure({ erasureId: report.erasureId });
    }
    expect(report).toMatchObject({ done: true, verdict: 'clean' });
    const recall = { question: 'locker number', userId: 'zoe', filters: [], similarityMin: 0 };
    await expect(service.agent.retrieval.recall(recall)).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(service.agent.ingest.ingestTurns({ turns: [said('zoe', 'x y')] })).rejects.toMatchObject({
      code: 'subject-erased',
    });
    await service.agent.erasure.enrolUser({ userId: 'zoe' });
    expect((await service.agent.retrieval.recall(recall)).hits).toEqual([]);
    expect((await service.agent.admin.digest({})).equal).toBe(true);
  });
});
