import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@mneme/client';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const directory = join(temporaryDirectory(), 'data');
// Longer than the meter's interval, so that what was counted has been written.
const WRITTEN_MS = 3_000;
let service: Running;
const opened: Connection[] = [];

beforeAll(async () => {
  service = await startStandalone(directory);
});
afterAll(async () => {
  opened.forEach((connection) => connection.close());
  await service.stop('SIGTERM');
});

async function keyOf(tenantId: string): Promise<string> {
  await service.operator.admin.createTenant({ tenantId });
  // What is kept is not the matter here, nor which facts are found in it.
  await service.operator.admin.setPolicy({ tenantId, policyJson: '{"writeFilter":{"keepAtLeast":0}}' });
  const rights = ['ingest', 'recall', 'on-behalf-of', 'admin'];
  return (await service.operator.admin.createKey({ tenantId, agentId: 'bot', teamIds: [], rights })).secret;
}

function as(apiKey: string): Connection {
  const connection = connect({ address: service.agent.address, apiKey });
  opened.push(connection);
  return connection;
}

const setPolicy = (tenantId: string, policy: object) =>
  service.operator.admin.setPolicy({ tenantId, policyJson: JSON.stringify(policy) });
const turn = (content: string) => ({ userId: 'ana', session: 's', role: 'user', content, toolCalls: [] });
const say = (agent: Connection, contents: readonly string[], idempotencyKey?: string) =>
  agent.ingest.ingestTurns({
    turns: contents.map(turn),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

const overTurns = (limit: number, used: number, asked: number) => ({
  name: 'LimitExceeded',
  code: 'budget-spent',
  message: expect.stringContaining('it begins anew at'),
  detail: {
    field: 'turns',
    limit: `turnsPerDay=${limit}`,
    sent: expect.stringMatching(new RegExp(`^used=${used} asked=${asked} resetsAt=\\d{4}-.*T00:00:00.000Z$`)),
  },
});

describe('a budget', () => {
  it('of turns holds from the next request on, over every edge, and counts no repeats', async () => {
    const key = await keyOf('turns');
    const agent = as(key);
    await say(agent, ['one', 'two'], 'k1');
    await say(agent, ['one', 'two'], 'k1');
    await setPolicy('turns', { budgets: { turnsPerDay: 4 } });
    await expect(say(agent, ['three', 'four', 'five'])).rejects.toMatchObject(overTurns(4, 2, 3));
    await say(agent, ['three', 'four']);
    await expect(say(agent, ['five'])).rejects.toMatchObject(overTurns(4, 4, 1));
    const response = await fetch(`${service.http}/v1/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'ana', session: 's', role: 'user', content: 'five' }),
    });
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ error: { code: 'budget-spent', limit: 'turnsPerDay=4' } });
    const answers = [];
    for await (const answer of agent.ingest.streamTurns([{ turns: [turn('five')] }])) answers.push(answer);
    expect(answers).toMatchObject([{ refused: { code: 'budget-spent' } }]);
    await setPolicy('turns', { budgets: { turnsPerDay: 5 } });
    await say(agent, ['five']);
  });

  it('of tokens counts four bytes as one', async () => {
    const agent = as(await keyOf('tokens'));
    await setPolicy('tokens', { budgets: { tokensPerDay: 10 } });
    await say(agent, ['x'.repeat(32)]);
    await expect(say(agent, ['y'.repeat(12)])).rejects.toMatchObject({
      code: 'budget-spent',
      detail: { limit: 'tokensPerDay=10', sent: expect.stringContaining('used=8 asked=3') },
    });
    await say(agent, ['y'.repeat(8)]);
  });

  it('is not passed by requests side by side', async () => {
    const agent = as(await keyOf('racing'));
    await setPolicy('racing', { budgets: { turnsPerDay: 20 } });
    const sent = Array.from({ length: 60 }, (_, i) =>
      say(agent, [`note ${i}`]).then(
        () => 1,
        () => 0,
      ),
    );
    expect((await Promise.all(sent)).reduce<number>((sum, one) => sum + one, 0)).toBe(20);
  });

  it('is the same after kill -9 and a new start', async () => {
    const key = await keyOf('killed');
    await setPolicy('killed', { budgets: { turnsPerDay: 5 } });
    await say(as(key), ['one', 'two', 'three']);
    await sleep(WRITTEN_MS);
    await service.stop('SIGKILL');
    service = await startStandalone(directory);
    await expect(say(as(key), ['a', 'b', 'c'])).rejects.toMatchObject(overTurns(5, 3, 3));
    await say(as(key), ['a']);
    await service.stop('SIGTERM');
    service = await startStandalone(directory);
    await expect(say(as(key), ['a', 'b'])).rejects.toMatchObject(overTurns(5, 4, 2));
  });
});

const EPISODES = [{ field: 'kind', op: 'in', values: ['episode'] }];

describe('limits of a tenant', () => {
  it('are lower than the service’s, and told as its own', async () => {
    const agent = as(await keyOf('limited'));
    const limits = { batchTurnsMax: 2, turnTextBytesMax: 10, recallHitsMax: 3, pageSizeMax: 2, sessionTurnsMax: 2 };
    await setPolicy('limited', { limits });
    const over = (limit: string, field: string) => ({ code: 'limit-exceeded', detail: { limit, field } });
    await expect(say(agent, ['a', 'b', 'c'])).rejects.toMatchObject(over('batchTurnsMax=2', 'turns'));
    await expect(say(agent, ['a', 'eleven long'])).rejects.toMatchObject(
      over('turnTextBytesMax=10', 'turns[1].content'),
    );
    await say(agent, ['a note', 'b note']);
    const { token } = await say(agent, ['c note']);
    const read = { userId: 'ana', filters: EPISODES };
    const recall = agent.retrieval.recall({ ...read, question: 'note', limit: 4 });
    await expect(recall).rejects.toMatchObject(over('recallHitsMax=3', 'limit'));
    await expect(agent.retrieval.listMemories({ ...read, pageSize: 3 })).rejects.toMatchObject(
      over('pageSizeMax=2', 'pageSize'),
    );
    const page = await agent.retrieval.listMemories({ ...read, waitFor: { token } });
    expect(page.memories).toHaveLength(2);
    expect((await agent.retrieval.getSession({ userId: 'ana', session: 's' })).turns).toHaveLength(2);
  });

  it('and budgets are lowered by the tenant, and raised by the operator alone', async () => {
    const admin = as(await keyOf('thrifty')).admin;
    const set = (policy: object) => admin.setPolicy({ policyJson: JSON.stringify(policy) });
    await set({ budgets: { turnsPerDay: 10 }, similarityMin: 0.6 });
    await expect(set({ budgets: { turnsPerDay: 11 } })).rejects.toMatchObject({
      code: 'forbidden',
      detail: { field: 'policy.budgets.turnsPerDay', limit: 'turnsPerDay=10' },
    });
    await setPolicy('thrifty', { budgets: { turnsPerDay: null } });
    expect(JSON.parse((await admin.getPolicy({})).policyJson)).toMatchObject({
      budgets: { turnsPerDay: null },
      similarityMin: 0.6,
    });
  });
});

describe('mneme policy', () => {
  const run = (...words: readonly string[]) => mneme(directory, ['policy', ...words]);

  it('sets without a restart, shows, and explains every field', async () => {
    await service.operator.admin.createTenant({ tenantId: 'cli' });
    const of = ['--tenant', 'cli'];
    const set = await run('set', 'similarityMin=0.8', 'retentionDays.episode=30', 'budgets.turnsPerDay=7', ...of);
    expect(set).toMatchObject({
      exitCode: 0,
      out: 'similarityMin is 0.8 now\nretentionDays.episode is 30 now\nbudgets.turnsPerDay is 7 now\n',
    });
    expect(JSON.parse((await run('show', ...of)).out)).toMatchObject({
      similarityMin: 0.8,
      retentionDays: { episode: 30, summary: 90 },
      budgets: { turnsPerDay: 7, tokensPerDay: null },
    });
    const { out } = await run('explain', ...of);
    expect(out).toMatch(/^similarityMin = 0\.8 \(default 0\.75\)\n {4}a number from 0 to 1; recall drops hits/m);
    expect(out).toMatch(/^budgets\.turnsPerDay = 7 \(default null\)\n/m);
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(out).toMatch(/used on \d{4}-\d\d-\d\d: 0 turns, 0 tokens/);
    const budgets = (await run('explain', 'budgets', ...of)).out;
    expect(budgets).toContain('budgets.tokensPerDay');
    expect(budgets).not.toContain('similarityMin');
    expect(await run('explain', 'mood', ...of)).toMatchObject({ exitCode: 1, err: expect.stringContaining('mood') });
    expect(JSON.parse((await run('explain', '--json')).out)).toMatchObject({ used: { turns: 0 } });
  });

  it('refuses what is out of range or unknown, by name', async () => {
    const high = await run('set', 'similarityMin=1.5', '--tenant', 'cli');
    expect(high).toMatchObject({ exitCode: 1, err: expect.stringContaining('field: policy.similarityMin') });
    expect(high.err).toContain('a number from 0 to 1');
    expect((await run('set', 'mood=1', '--tenant', 'cli')).err).toContain('policy.mood');
    expect((await run('show', '--tenant', 'nobody')).err).toContain('no such tenant');
  });

  it('changes what recall drops at once', async () => {
    const agent = as(await keyOf('sharp'));
    const { token } = await say(agent, ['the garden gate is green']);
    const recall = async () => {
      const request = { userId: 'ana', filters: EPISODES, question: 'the garden gate', waitFor: { token } };
      return (await agent.retrieval.recall(request)).hits.length;
    };
    await run('set', 'similarityMin=0', '--tenant', 'sharp');
    expect(await recall()).toBe(1);
    await run('set', 'confidenceMin=0.95', '--tenant', 'sharp');
    expect(await recall()).toBe(0);
    await run('set', 'confidenceMin=0.3', '--tenant', 'sharp');
    expect(await recall()).toBe(1);
  });
});
