import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@mneme/client';
import {
  aModelFact,
  chatBodyOf,
  type ChatRequest,
  eventually,
  ModelServer,
  removeTemporaryDirectories,
  shownTurnsOf,
  temporaryDirectory,
} from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ENV = {
  MNEME_LANGUAGE_MODEL: 'openai',
  MNEME_LANGUAGE_MODEL_NAME: 'stub-chat',
  MNEME_LANGUAGE_MODEL_RETRIES_MAX: '0',
  MNEME_LANGUAGE_MODEL_FAILURES_MAX: '4',
  MNEME_LANGUAGE_MODEL_CIRCUIT_OPEN_MS: '300',
  MNEME_WRITE_FILTER_MODEL_TIMEOUT_MS: '400',
  MNEME_GRAPH_EXTRACTOR_MODEL_TIMEOUT_MS: '400',
  MNEME_KEY_CACHE_MS: '50',
};
/** What rules drop; near enough to the threshold to be unclear. */
const UNCLEAR = 'Maybe the usual place.';
const opened: Connection[] = [];
const directory = join(temporaryDirectory(), 'data');
let server: ModelServer;
let service: Running;
/** What the model says of a turn: its labels and facts. */
let answers: (text: string) => { readonly labels?: readonly string[]; readonly facts?: readonly unknown[] };

function chat({ schemaName, messages }: ChatRequest): unknown {
  const field = schemaName === 'classify' ? 'labels' : 'facts';
  return { turns: shownTurnsOf(messages).map(({ turn, text }) => ({ turn, [field]: answers(text)[field] ?? [] })) };
}

beforeAll(async () => {
  answers = () => ({});
  server = await ModelServer.start({ chat });
  service = await startStandalone(directory, { ...ENV, MNEME_LANGUAGE_MODEL_URL: server.url });
});
afterEach(() => {
  server.reset();
  answers = () => ({});
});
afterAll(async () => {
  opened.forEach((connection) => connection.close());
  await service.stop('SIGTERM');
  await server.close();
});

let tenants = 0;
async function tenantWith(models: object = {}): Promise<{ readonly agent: Connection; readonly tenantId: string }> {
  const tenantId = `acme-${(tenants += 1)}`;
  const { admin } = service.operator;
  await admin.createTenant({ tenantId });
  const policy = { models: { classify: 'all', extract: 'all', ...models } };
  await admin.setPolicy({ tenantId, policyJson: JSON.stringify(policy) });
  const rights = ['ingest', 'recall', 'on-behalf-of', 'admin', 'erase'];
  const { secret } = await admin.createKey({ tenantId, agentId: 'bot', teamIds: [], rights });
  const agent = connect({ address: service.agent.address, apiKey: secret });
  opened.push(agent);
  return { agent, tenantId };
}

async function say(agent: Connection, content: string, userId = 'ana') {
  const turn = { userId, session: 's', role: 'user', speakerName: 'Ana', content, toolCalls: [] };
  const { token } = await agent.ingest.ingestTurns({ turns: [turn] });
  const waitFor = { token, timeoutMs: 20_000 };
  const { freshness, memories } = await agent.retrieval.listMemories({ userId, filters: [], waitFor });
  expect(freshness).toBe('current');
  return memories;
}

const episodesOf = (memories: Awaited<ReturnType<typeof say>>) => memories.filter(({ kind }) => kind === 'episode');
const factsOf = (memories: Awaited<ReturnType<typeof say>>) => memories.filter(({ kind }) => kind === 'fact');
const counter = async (name: string) => {
  const text = await (await fetch(`${service.http}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
};
const failures = (task: string, failure: string) =>
  counter(`mneme_model_failures_total{task="${task}",failure="${failure}"}`);

describe('a language model in the pipeline', () => {
  it('says what is kept and what for, and adds facts that rules do not find, with the times of the rules', async () => {
    const { agent } = await tenantWith();
    const text = 'The walnut crate from Ghent sits in Bruges since March 2024.';
    answers = () => ({
      labels: ['decision', 'no-such-label'],
      facts: [
        aModelFact({
          subject: 'walnut crate',
          subjectType: 'thing',
          predicate: 'status_is',
          object: 'in Bruges',
          objectType: 'value',
          evidence: text,
          fromWords: 'March 2024',
        }),
      ],
    });
    const memories = await say(agent, text);
    expect(episodesOf(memories)).toEqual([expect.objectContaining({ text, flags: ['decision'] })]);
    const [fact] = factsOf(memories);
    expect(fact?.text).toMatch(/walnut crate has the status in Bruges/i);
    // What only a model has found is inferred: 0.6 of what the user is believed.
    expect(fact?.confidence).toBeCloseTo(0.54);
  });

  it('drops what it finds nothing in, and the other way round', async () => {
    const { agent } = await tenantWith({ extract: 'off' });
    expect(episodesOf(await say(agent, 'The garden fence was painted in a green tone.'))).toEqual([]);
    answers = () => ({ labels: ['plan'] });
    expect(episodesOf(await say(agent, UNCLEAR))).toEqual([expect.objectContaining({ flags: ['plan'] })]);
  });

  it('is asked about what is unclear alone, unless the policy says all', async () => {
    const { agent } = await tenantWith({ classify: 'unclear', extract: 'unclear' });
    await say(agent, 'My name is Ana Kovač, I work at Halde GmbH in Ghent as an engineer, and my sister is Mia.');
    expect(server.requests).toEqual([]);
    const { agent: mute } = await tenantWith({ classify: 'off', extract: 'off' });
    await say(mute, UNCLEAR);
    expect(server.requests).toEqual([]);
  });

  it('says of rules and itself one fact, and no rules’ fact is lost for it', async () => {
    const { agent } = await tenantWith();
    answers = () => ({ labels: ['identity'], facts: [aModelFact({ evidence: 'I live in Lisbon' })] });
    const facts = factsOf(await say(agent, 'I live in Lisbon.'));
    expect(facts.map(({ text, confidence }) => [text, confidence])).toEqual([['Ana lives in Lisbon.', 0.9]]);
  });
});

describe('a model that answers badly', () => {
  const good = 'I live in Lisbon, and I prefer short answers.';
  const ORDINARY = { status: 429, headers: { 'retry-after': '1' }, body: '{"error":{"message":"slow down"}}' };

  it.each([
    ['malformed', { body: chatBodyOf({ content: '{"turns":[{' }) }],
    ['wrong-form', { body: chatBodyOf({ content: '{"answers":42}' }) }],
    ['truncated', { body: chatBodyOf({ content: '{"turns":' }, 'length') }],
    ['refused', { body: chatBodyOf({ refusal: 'I would rather not' }) }],
    ['filtered', { body: chatBodyOf({ content: '' }, 'content_filter') }],
    ['unavailable', ORDINARY],
    ['unavailable', { status: 503, body: 'down' }],
    ['unavailable', { resetAfterBytes: 10 }],
  ] as const)('is survived, counted as %s, and rules decide', async (failure, reply) => {
    const { agent } = await tenantWith();
    const before = [await failures('classify', failure), await failures('extract', failure)];
    server.script(reply, reply);
    const memories = await say(agent, good);
    expect(episodesOf(memories)).toEqual([expect.objectContaining({ text: good })]);
    expect(factsOf(memories).map(({ text }) => text)).toContain('Ana lives in Lisbon.');
    expect([await failures('classify', failure), await failures('extract', failure)]).toEqual(
      before.map((count) => count + 1),
    );
    await circuitIsClosed();
  });

  /** A good answer resets what failed in a row. */
  async function circuitIsClosed(): Promise<void> {
    const { agent } = await tenantWith({ extract: 'off' });
    answers = () => ({ labels: ['plan'] });
    let i = 0;
    await eventually('the model answers again', async () => {
      const text = `${UNCLEAR} Number ${(i += 1)}.`;
      return episodesOf(await say(agent, text)).some((memory) => memory.text === text && memory.flags.includes('plan'));
    });
    answers = () => ({});
  }

  it('says nothing that is not in the turn: no other tenant’s text, no ids, no times', async () => {
    const { agent: other } = await tenantWith();
    answers = () => ({ labels: ['fact'] });
    await say(other, 'The vault code of Halde GmbH is 7712.');
    const { agent } = await tenantWith();
    const itemsBefore = await counter('mneme_model_items_refused_total{task="extract"}');
    answers = () => ({
      labels: ['fact', 'admin'],
      facts: [
        aModelFact({
          object: '7712',
          objectType: 'value',
          predicate: 'account_is',
          evidence: 'The vault code is 7712',
        }),
        aModelFact({ object: 'Lisbon', memoryId: '00000000-0000-5000-8000-000000000000', evidence: 'I live in Ghent' }),
        aModelFact({ object: 'Ghent', evidence: 'I live in Ghent', fromWords: '1999' }),
        aModelFact({ object: 'Ghent', evidence: 'I live in Ghent', validFrom: '1999-01-01T00:00:00Z', tenantId: 'x' }),
      ],
    });
    const memories = await say(agent, 'I live in Ghent.');
    expect(factsOf(memories).map(({ text }) => text)).toEqual(['Ana lives in Ghent.']);
    expect(JSON.stringify(memories)).not.toMatch(/7712|1999|Halde|00000000-0000/);
    expect(await counter('mneme_model_items_refused_total{task="extract"}')).toBe(itemsBefore + 3);
    const prompts = server.requests.map(({ body }) => JSON.stringify(body));
    expect(prompts.filter((one) => one.includes('7712') && one.includes('Ghent'))).toEqual([]);
  });

  it('that hangs holds no partition: rules decide in time, and the circuit leaves it alone', async () => {
    const { agent } = await tenantWith();
    const hanging = Array.from({ length: 40 }, () => ({ hangAfterBytes: 0 }));
    server.script(...hanging);
    const before = await failures('classify', 'circuit-open');
    for (let i = 0; i < 8; i += 1) {
      const text = `I live in Lisbon at number ${i}.`;
      expect(episodesOf(await say(agent, text, `user-${i}`)).map((memory) => memory.text)).toEqual([text]);
    }
    expect(await failures('classify', 'timed-out')).toBeGreaterThanOrEqual(2);
    expect(await failures('classify', 'circuit-open')).toBeGreaterThan(before);
    // Each user's turn was one request at most, and most were never made.
    expect(server.requests.length).toBeLessThan(16);
    server.reset();
    await circuitIsClosed();
  });

  it('costs a tenant no more than its day, and then rules answer', async () => {
    const { agent, tenantId } = await tenantWith({ tokensPerDay: 0 });
    const before = await failures('classify', 'over-budget');
    expect(episodesOf(await say(agent, good))).toHaveLength(1);
    expect(await failures('classify', 'over-budget')).toBe(before + 1);
    expect(server.requests).toEqual([]);
    // A tenant lowers what it may cost, and only the operator raises it.
    await expect(agent.admin.setPolicy({ policyJson: '{"models":{"tokensPerDay":1}}' })).rejects.toMatchObject({
      code: 'forbidden',
      detail: { field: 'policy.models.tokensPerDay' },
    });
    const { fields } = await service.operator.admin.explainPolicy({ tenantId });
    expect(fields.find(({ name }) => name === 'models.tokensPerDay')?.value).toBe('0');
  });
});

describe('what a model has decided', () => {
  it('is not asked again: not by a replay, not by a restart; stores equal the log', async () => {
    const { agent, tenantId } = await tenantWith();
    answers = (text) => ({
      labels: ['plan'],
      facts: [aModelFact({ object: 'Bruges', evidence: text.slice(0, 12), predicate: 'lives_in' })],
    });
    for (let i = 0; i < 12; i += 1) await say(agent, `Perhaps Bruges, ${i}.`, `user-${i % 3}`);
    const asked = server.requests.length;
    expect(asked).toBeGreaterThan(0);
    const sums = async () => {
      const { equal, stores } = await service.operator.admin.digest({ tenantId });
      expect(equal).toBe(true);
      return stores.map(({ storeSum, storeRecords }) => `${storeRecords} ${storeSum}`);
    };
    const before = await sums();
    let last: { readonly equal?: boolean } | undefined;
    for await (const message of service.operator.admin.replay({ tenantId, times: 2 })) last = message.result ?? last;
    expect(last?.equal).toBe(true);
    await service.stop('SIGKILL');
    // It would decide otherwise now.
    answers = () => ({ labels: ['error'] });
    service = await startStandalone(directory, { ...ENV, MNEME_LANGUAGE_MODEL_URL: server.url });
    expect(await sums()).toEqual(before);
    expect(server.requests).toHaveLength(asked);
  });
});
