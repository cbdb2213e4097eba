import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@mneme/client';
import { removeTemporaryDirectories, startTokenIssuer, temporaryDirectory, type TokenIssuer } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ISSUER = 'https://login.example';
const HANGING = 'https://hangs.example';
const home = temporaryDirectory();
const directory = join(home, 'data');
const opened: Connection[] = [];
let service: Running;
let issuer: TokenIssuer;
let hanging: TokenIssuer;

beforeAll(async () => {
  [issuer, hanging] = await Promise.all([startTokenIssuer(ISSUER, 'mneme'), startTokenIssuer(HANGING, 'mneme')]);
  hanging.serving = 'hang';
  const claims = { user: 'sub', department: 'dep', teams: 'groups', minTrust: 'trust' };
  const common = { audience: ['mneme'], algorithms: ['ES256'], claims };
  const file = join(home, 'issuers.json');
  const issuers = [
    { ...common, issuer: ISSUER, jwks: { url: issuer.url } },
    { ...common, issuer: HANGING, jwks: { url: hanging.url }, timeoutMs: 10_000 },
  ];
  writeFileSync(file, JSON.stringify({ issuers }));
  service = await startStandalone(directory, { MNEME_JWT_ISSUERS_FILE: file });
  const { admin, organisation } = service.operator;
  for (const tenantId of ['acme', 'other']) {
    await admin.createTenant({ tenantId });
    await organisation.createDepartment({ tenantId, departmentId: 'care' });
    await organisation.createTeam({ tenantId, teamId: 'west' });
    await organisation.createAgent({ tenantId, agentId: 'bot', teamIds: [] });
  }
  await admin.allowIssuer({ tenantId: 'acme', issuer: ISSUER, rights: ['ingest', 'recall'] });
});
afterAll(async () => {
  opened.forEach((connection) => connection.close());
  await service.stop('SIGTERM');
  await Promise.all([issuer.close(), hanging.close()]);
});

const CLAIMS = { mneme_tenant: 'acme', mneme_agent: 'bot', mneme_rights: 'ingest recall', sub: 'ana' };

function as(token: string): Connection {
  const connection = connect({ address: service.agent.address, apiKey: token });
  opened.push(connection);
  return connection;
}

const post = (token: string, content: string, more: object = {}) =>
  fetch(`${service.http}/v1/turns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session: 's', role: 'user', content, ...more }),
  });

const list = (connection: Connection, more: object = {}) => connection.retrieval.listMemories({ filters: [], ...more });

describe('a token beside keys', () => {
  it('writes over HTTP and reads over gRPC for the user that it is bound to, and for nobody else', async () => {
    const token = await issuer.sign(CLAIMS);
    const response = await post(token, 'the boat is called Alma');
    expect(response.status).toBe(200);
    const { token: readToken } = (await response.json()) as { token: string };
    const { memories } = await list(as(token), { waitFor: { token: readToken } });
    expect(memories.map(({ text }) => text)).toEqual(['the boat is called Alma']);
    await expect(list(as(token), { userId: 'ben' })).rejects.toMatchObject({ code: 'forbidden' });
    expect((await list(as(await issuer.sign({ ...CLAIMS, sub: 'ben' })))).memories).toEqual([]);
  });

  it('has no right that the tenant does not allow its issuer, whatever it says', async () => {
    const greedy = await issuer.sign({ ...CLAIMS, mneme_rights: ['recall', 'admin', 'operate', 'erase', 'publish'] });
    const missing = (right: string) => ({ code: 'forbidden', detail: { limit: `right=${right}` } });
    await expect(as(greedy).organisation.listAgents({})).rejects.toMatchObject(missing('admin'));
    await expect(as(greedy).erasure.eraseUser({ userId: 'ana', legalBasis: 'x' })).rejects.toMatchObject(
      missing('erase'),
    );
    await expect(as(greedy).admin.getStatus({})).rejects.toMatchObject({ code: 'forbidden' });
    expect((await post(greedy, 'x')).status).toBe(403);
    await service.operator.admin.allowIssuer({ tenantId: 'acme', issuer: ISSUER, rights: ['ingest'] });
    await expect(list(as(await issuer.sign(CLAIMS)))).rejects.toMatchObject(missing('recall'));
    await service.operator.admin.allowIssuer({ tenantId: 'acme', issuer: ISSUER, rights: ['ingest', 'recall'] });
    await list(as(await issuer.sign(CLAIMS)));
  });

  it('is of no tenant that has not allowed its issuer', async () => {
    const foreign = await issuer.sign({ ...CLAIMS, mneme_tenant: 'other' });
    const refused = { code: 'unauthenticated', detail: { limit: 'token=tenant' } };
    await expect(list(as(foreign))).rejects.toMatchObject(refused);
    await expect(list(as(await issuer.sign({ ...CLAIMS, mneme_tenant: 'none' })))).rejects.toMatchObject(refused);
  });

  it('is placed in departments and teams that there are, and in no others', async () => {
    const placed = await issuer.sign({ ...CLAIMS, dep: 'care', groups: ['west'] });
    const response = await post(placed, 'for the team', { scope: 'team', teamId: 'west' });
    expect(response.status).toBe(200);
    const refused = { code: 'unauthenticated', detail: { limit: 'token=agent' } };
    for (const claims of [{ dep: 'legal' }, { groups: ['east'] }, { mneme_agent: 'nobody' }, { dep: '../x' }]) {
      await expect(list(as(await issuer.sign({ ...CLAIMS, ...claims })))).rejects.toMatchObject(refused);
    }
  });

  it('is refused by name over both edges, without a word of it', async () => {
    const token = await issuer.sign({ ...CLAIMS, aud: 'another' });
    await expect(list(as(token))).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'this token is for another audience',
      detail: { limit: 'token=audience' },
    });
    const response = await post(token, 'x');
    expect(response.status).toBe(401);
    const body = await response.text();
    for (const part of token.split('.')) expect(body).not.toContain(part);
    const metrics = await (await fetch(`${service.http}/metrics`)).text();
    expect(metrics).toMatch(/mneme_tokens_refused_total\{reason="audience"\} 2/);
  });

  it('whose issuer hangs holds up nobody who has a key', async () => {
    await service.operator.admin.allowIssuer({ tenantId: 'acme', issuer: HANGING, rights: ['recall'] });
    const ended: string[] = [];
    const waiting = list(as(await hanging.sign(CLAIMS))).then(
      () => ended.push('token'),
      () => ended.push('token refused'),
    );
    const keyed = Array.from({ length: 20 }, () =>
      list(service.agent, { userId: 'ana' }).then(() => ended.push('key')),
    );
    await Promise.all(keyed);
    expect(ended).toEqual(Array.from({ length: 20 }, () => 'key'));
    hanging.serving = 'keys';
    await hanging.close();
    await waiting;
    expect(ended.at(-1)).toBe('token refused');
  });
});

describe('mneme issuer', () => {
  const run = (...words: readonly string[]) => mneme(directory, ['issuer', ...words, '--tenant', 'other']);

  it('allows, lists and removes, and takes no issuer that nobody configured', async () => {
    expect((await run('allow', ISSUER, '--right', 'recall', '--min-trust', '0.5')).out).toContain('recall');
    const token = await issuer.sign({ ...CLAIMS, mneme_tenant: 'other' });
    await list(as(token));
    expect(JSON.parse((await run('list', '--json')).out)).toMatchObject({
      issuers: [{ issuer: ISSUER, rights: ['recall'], minTrust: 0.5 }],
    });
    expect((await run('remove', ISSUER)).exitCode).toBe(0);
    await expect(list(as(token))).rejects.toMatchObject({ code: 'unauthenticated' });
    const unknown = await run('allow', 'https://evil.example', '--right', 'recall');
    expect(unknown).toMatchObject({ exitCode: 1, err: expect.stringContaining('knows no such issuer') });
    expect((await run('allow', ISSUER, '--right', 'operate')).exitCode).toBe(1);
  });
});
