import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@mneme/client';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const directory = join(temporaryDirectory(), 'data');
const RIGHTS = ['ingest', 'recall', 'on-behalf-of', 'publish'];
let service: Running;
const opened: Connection[] = [];

beforeAll(async () => {
  service = await startStandalone(directory);
});
afterAll(async () => {
  opened.forEach((connection) => connection.close());
  await service.stop('SIGTERM');
});

async function agentOf(tenantId: string, agentId: string, rights = RIGHTS): Promise<Connection> {
  const created = await service.operator.admin.createKey({ tenantId, agentId, teamIds: [], rights });
  const connection = connect({ address: service.agent.address, apiKey: created.secret });
  opened.push(connection);
  return connection;
}

async function tenantWith(tenantId: string, departments: readonly string[]): Promise<readonly Connection[]> {
  const { admin, organisation } = service.operator;
  await admin.createTenant({ tenantId });
  // What is kept is not the matter here, nor which facts are found in it.
  await admin.setPolicy({ tenantId, policyJson: '{"writeFilter":{"keepAtLeast":0}}' });
  const agents: Connection[] = [];
  for (const departmentId of departments) {
    await organisation.createDepartment({ tenantId, departmentId });
    await organisation.createAgent({ tenantId, agentId: `of-${departmentId}`, departmentId, teamIds: [] });
    agents.push(await agentOf(tenantId, `of-${departmentId}`));
  }
  return agents;
}

async function says(agent: Connection, content: string, more: object = {}): Promise<string> {
  const turn = { userId: 'ana', session: 's1', role: 'user', content, toolCalls: [], ...more };
  return (await agent.ingest.ingestTurns({ turns: [turn] })).token;
}

const EPISODES = [{ field: 'kind', op: 'in', values: ['episode'] }];

async function reads(agent: Connection, token: string): Promise<readonly string[]> {
  const waitFor = { token };
  const found = await agent.retrieval.listMemories({ userId: 'ana', filters: EPISODES, waitFor });
  const recalled = await agent.retrieval.recall({
    question: 'the walnut contract',
    userId: 'ana',
    filters: EPISODES,
    similarityMin: 0,
    waitFor,
  });
  const texts = found.memories.map(({ text }) => text).sort();
  expect(recalled.hits.map(({ memory }) => memory?.text ?? '').sort()).toEqual(texts);
  const { turns } = await agent.retrieval.getSession({ session: 's1', userId: 'ana' });
  expect([...new Set(turns.map(({ content }) => content))].sort()).toEqual(texts);
  return texts;
}

describe('departments', () => {
  it('keep their records apart until one is granted, and only as long, that way and in that tenant', async () => {
    const [sales, care] = (await tenantWith('acme', ['sales', 'care'])) as [Connection, Connection];
    const [otherSales, otherCare] = (await tenantWith('other', ['sales', 'care'])) as [Connection, Connection];
    const token = await says(sales, 'the walnut contract is signed by ana');
    const careToken = await says(care, 'the walnut contract needs care');
    const otherToken = await says(otherSales, 'the walnut contract of another company');
    expect(await reads(care, token)).toEqual(['the walnut contract needs care']);

    const grant = { tenantId: 'acme', reader: 'care', owner: 'sales' };
    await service.operator.organisation.createGrant(grant);
    expect(await reads(care, token)).toEqual([
      'the walnut contract is signed by ana',
      'the walnut contract needs care',
    ]);
    expect(await reads(sales, careToken)).toEqual(['the walnut contract is signed by ana']);
    expect(await reads(otherCare, otherToken)).toEqual([]);

    await service.operator.organisation.removeGrant(grant);
    expect(await reads(care, token)).toEqual(['the walnut contract needs care']);
  });

  it('hold an agent that is moved from its next request on', async () => {
    const [sales] = (await tenantWith('moving', ['sales', 'care'])) as [Connection];
    const token = await says(sales, 'the walnut contract was written in sales');
    expect(await reads(sales, token)).toHaveLength(1);
    const { organisation } = service.operator;
    await organisation.moveAgent({ tenantId: 'moving', agentId: 'of-sales', departmentId: 'care' });
    expect(await reads(sales, token)).toEqual([]);
    await organisation.moveAgent({ tenantId: 'moving', agentId: 'of-sales', departmentId: 'sales' });
    expect(await reads(sales, token)).toHaveLength(1);
  });

  it('are never granted across tenants, however it is asked', async () => {
    await tenantWith('north', ['desk']);
    await tenantWith('south', ['cellar']);
    const { organisation } = service.operator;
    const grant = (given: object) =>
      organisation.createGrant({ tenantId: 'north', reader: 'desk', owner: 'x', ...given });
    await expect(grant({ owner: 'south/cellar' })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('never crosses tenants'),
      detail: { field: 'owner', limit: 'tenantId=north' },
    });
    await expect(grant({ reader: 'south/cellar', owner: 'desk' })).rejects.toMatchObject({
      detail: { field: 'reader' },
    });
    await expect(grant({ owner: 'cellar' })).rejects.toMatchObject({ code: 'not-found', detail: { field: 'owner' } });
    await expect(grant({ owner: 'north/desk' })).rejects.toMatchObject({ code: 'invalid-input' });
    const admin = await agentOf('north', 'of-desk', ['admin']);
    const foreign = admin.organisation.createGrant({ tenantId: 'south', reader: 'cellar', owner: 'cellar' });
    await expect(foreign).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'tenantId' } });
    expect((await organisation.listGrants({ tenantId: 'north' })).grants).toEqual([]);
    expect((await organisation.listGrants({ tenantId: 'south' })).grants).toEqual([]);
  });

  it('are administered under `admin` and by nobody else', async () => {
    await tenantWith('closed', ['desk']);
    const plain = await agentOf('closed', 'of-desk');
    await expect(plain.organisation.listAgents({})).rejects.toMatchObject({
      code: 'forbidden',
      detail: { limit: 'right=admin' },
    });
  });
});

describe('teams and agents', () => {
  it('share what a team is told, from joining to leaving', async () => {
    const [one, two] = (await tenantWith('teams', ['sales', 'care'])) as [Connection, Connection];
    const { organisation } = service.operator;
    const team = { tenantId: 'teams', teamId: 'west' };
    await organisation.createTeam(team);
    for (const agentId of ['of-sales', 'of-care']) {
      await organisation.moveAgent({ tenantId: 'teams', agentId });
      await organisation.joinTeam({ ...team, agentId });
    }
    const token = await says(one, 'the walnut contract is for the team', { scope: 'team', teamId: 'west' });
    expect(await reads(two, token)).toHaveLength(1);
    await organisation.leaveTeam({ ...team, agentId: 'of-care' });
    expect(await reads(two, token)).toEqual([]);
    await organisation.removeTeam(team);
    expect(await reads(one, token)).toEqual([]);
    const speaking = says(one, 'x', { scope: 'team', teamId: 'west' });
    await expect(speaking).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'turns[0].teamId' } });
  });

  it('lose their keys when they are removed, also when the name comes back', async () => {
    const [agent] = (await tenantWith('leaving', ['desk'])) as [Connection];
    const token = await says(agent, 'the walnut contract');
    const { organisation } = service.operator;
    await organisation.removeAgent({ tenantId: 'leaving', agentId: 'of-desk' });
    await organisation.createAgent({ tenantId: 'leaving', agentId: 'of-desk', departmentId: 'desk', teamIds: [] });
    await expect(reads(agent, token)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await reads(await agentOf('leaving', 'of-desk'), token)).toHaveLength(1);
  });

  it('keep their place when another key is made for them', async () => {
    await tenantWith('keys', ['desk']);
    await agentOf('keys', 'of-desk');
    const { agents } = await service.operator.organisation.listAgents({ tenantId: 'keys' });
    expect(agents).toMatchObject([{ agentId: 'of-desk', departmentId: 'desk' }]);
  });
});

describe('the command line', () => {
  const run = (...words: readonly string[]) => mneme(directory, words);
  const json = async (...words: readonly string[]) => JSON.parse((await run(...words, '--json')).out) as object;

  it('makes, lists, moves and removes', async () => {
    await run('tenant', 'create', 'cli');
    const of = ['--tenant', 'cli'];
    for (const name of ['sales', 'care']) expect((await run('department', 'create', name, ...of)).exitCode).toBe(0);
    await run('team', 'create', 'west', ...of);
    expect((await run('agent', 'create', 'bot', '--department', 'sales', ...of)).out).toContain('department sales');
    expect((await run('team', 'join', 'west', 'bot', ...of)).out).toContain('1 team (west)');
    expect((await run('agent', 'move', 'bot', '--department', 'care', ...of)).out).toContain('department care');
    expect((await run('grant', 'create', '--reader', 'care', '--owner', 'sales', ...of)).exitCode).toBe(0);
    expect(await json('grant', 'list', ...of)).toMatchObject({ grants: [{ reader: 'care', owner: 'sales' }] });
    expect(await json('agent', 'list', ...of)).toMatchObject({ agents: [{ departmentId: 'care', teamIds: ['west'] }] });
    const refused = await run('department', 'remove', 'care', ...of);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('agents belong to this department') });
    await run('agent', 'remove', 'bot', ...of);
    expect((await run('department', 'remove', 'care', ...of)).exitCode).toBe(0);
    expect(await json('grant', 'list', ...of)).toEqual({ grants: [] });
    const crossing = await run('grant', 'create', '--reader', 'sales', '--owner', 'acme/sales', ...of);
    expect(crossing).toMatchObject({ exitCode: 1, err: expect.stringContaining('never crosses tenants') });
  });

  it('changes the rights of a key, lists and revokes operator keys, but not the last', async () => {
    const created = (await json('key', 'create', '--tenant', 'cli', '--agent', 'a', '--right', 'recall')) as {
      key: { keyId: string };
    };
    const changed = await run('key', 'rights', created.key.keyId, '--right', 'ingest', '--tenant', 'cli');
    expect(changed.out).toContain('ingest');
    const { keys } = (await json('key', 'list', '--operator')) as { keys: { keyId: string }[] };
    expect(keys).toHaveLength(1);
    const first = keys[0]?.keyId ?? '';
    expect((await run('key', 'revoke', first, '--operator')).err).toContain('last valid operator key');
    const another = (await json('key', 'create', '--operator')) as { bearer: string };
    expect((await run('key', 'revoke', first, '--operator')).exitCode).toBe(0);
    expect((await run('status')).err).toContain('not valid');
    expect((await run('status', '--key', another.bearer)).exitCode).toBe(0);
  });
});
