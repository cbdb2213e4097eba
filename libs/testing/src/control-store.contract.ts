import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TenantId } from '@mneme/events';
import { DEFAULT_POLICY, EVALUATION_POLICY } from '@mneme/domain';
import type { ApiKey, ControlStore, Tenant, TenantKeys } from '@mneme/ports';
import { randomAgentId, randomDepartmentId, randomTeamId, randomTenantId } from './builders.js';

/** What every store of tenants, agents and API keys must do. */
export function controlStoreContract(make: () => Promise<ControlStore>): void {
  describe('control store', () => {
    let store: ControlStore;
    beforeAll(async () => {
      store = await make();
    });
    describe('tenants', () => tenantsContract(() => store));
    describe('agents', () => agentsContract(() => store));
    describe('API keys', () => apiKeysContract(() => store));
  });
}

/** A tenant with the default policy; give what the test is about. */
export function aTenant(given: Partial<Tenant> = {}): Tenant {
  const createdAt = '2026-01-01T00:00:00.000Z';
  return { tenantId: randomTenantId(), purpose: 'standard', policy: DEFAULT_POLICY, createdAt, ...given };
}

export function randomTenantKeys(): TenantKeys {
  return { wrappedIndexKey: randomBytes(60), wrappedTenantKey: randomBytes(60), keyGeneration: 1 };
}

export function anApiKey(given: Partial<ApiKey> = {}): ApiKey {
  return {
    keyId: randomUUID(),
    secretHash: randomBytes(32).toString('hex'),
    rights: ['ingest', 'recall'],
    minTrust: 0.25,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...given,
  };
}

function tenantsContract(store: () => ControlStore): void {
  it('gives a tenant back with its keys', async () => {
    const tenant = aTenant({ purpose: 'evaluation', policy: EVALUATION_POLICY });
    const keys = { ...randomTenantKeys(), keyGeneration: 3 };
    await store().createTenant(tenant, keys);
    const found = await store().findTenant(tenant.tenantId);
    expect(found).toMatchObject({ ...tenant, keyGeneration: 3 });
    expect(Buffer.from(found?.wrappedIndexKey ?? [])).toEqual(keys.wrappedIndexKey);
    expect(Buffer.from(found?.wrappedTenantKey ?? [])).toEqual(keys.wrappedTenantKey);
  });

  it('finds no tenant that there is not', async () => {
    expect(await store().findTenant(randomTenantId())).toBeUndefined();
  });

  it('refuses a tenant that exists and leaves it as it is', async () => {
    const tenant = aTenant();
    await store().createTenant(tenant, randomTenantKeys());
    const again = store().createTenant({ ...tenant, policy: EVALUATION_POLICY }, randomTenantKeys());
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    expect((await store().findTenant(tenant.tenantId))?.policy).toEqual(DEFAULT_POLICY);
  });

  it('lists by tenant id in pages, without keys', async () => {
    const prefix = randomTenantId();
    const tenants = ['a', 'b', 'c'].map((suffix) => aTenant({ tenantId: `${prefix}-${suffix}` as TenantId }));
    for (const tenant of [...tenants].reverse()) await store().createTenant(tenant, randomTenantKeys());
    const first = await store().listTenants({ afterTenantId: prefix, limit: 2 });
    expect(first).toEqual(tenants.slice(0, 2));
    const second = await store().listTenants({ afterTenantId: `${prefix}-b` as TenantId, limit: 1 });
    expect(second).toEqual([tenants[2]]);
    expect((await store().listTenants({ limit: 1 })).length).toBe(1);
  });

  it('sets the policy of one tenant', async () => {
    const [tenant, other] = [aTenant(), aTenant()];
    await store().createTenant(tenant, randomTenantKeys());
    await store().createTenant(other, randomTenantKeys());
    await store().setPolicy(tenant.tenantId, EVALUATION_POLICY);
    expect((await store().findTenant(tenant.tenantId))?.policy).toEqual(EVALUATION_POLICY);
    expect((await store().findTenant(other.tenantId))?.policy).toEqual(DEFAULT_POLICY);
  });

  it('sets no policy of a tenant that there is not', async () => {
    const setting = store().setPolicy(randomTenantId(), DEFAULT_POLICY);
    await expect(setting).rejects.toMatchObject({ code: 'not-found', retry: 'never' });
  });
}

function agentsContract(store: () => ControlStore): void {
  let tenantId: TenantId;
  beforeEach(async () => {
    const tenant = aTenant();
    tenantId = tenant.tenantId;
    await store().createTenant(tenant, randomTenantKeys());
  });

  it('gives an agent back, with and without a department', async () => {
    const plain = { tenantId, agentId: randomAgentId(), teamIds: [] };
    const placed = {
      tenantId,
      agentId: randomAgentId(),
      departmentId: randomDepartmentId(),
      teamIds: [randomTeamId(), randomTeamId()],
    };
    await store().putAgent(plain);
    await store().putAgent(placed);
    expect(await store().findAgent(tenantId, plain.agentId)).toEqual(plain);
    expect(await store().findAgent(tenantId, placed.agentId)).toEqual(placed);
  });

  it('replaces an agent whole', async () => {
    const agentId = randomAgentId();
    await store().putAgent({ tenantId, agentId, departmentId: randomDepartmentId(), teamIds: [randomTeamId()] });
    await store().putAgent({ tenantId, agentId, teamIds: [] });
    expect(await store().findAgent(tenantId, agentId)).toEqual({ tenantId, agentId, teamIds: [] });
  });

  it('shows no agent to another tenant', async () => {
    const agentId = randomAgentId();
    await store().putAgent({ tenantId, agentId, teamIds: [] });
    expect(await store().findAgent(randomTenantId(), agentId)).toBeUndefined();
  });

  it('puts no agent into a tenant that there is not', async () => {
    const putting = store().putAgent({ tenantId: randomTenantId(), agentId: randomAgentId(), teamIds: [] });
    await expect(putting).rejects.toMatchObject({ code: 'not-found' });
  });
}

function apiKeysContract(store: () => ControlStore): void {
  let tenantId: TenantId;
  beforeEach(async () => {
    const tenant = aTenant();
    tenantId = tenant.tenantId;
    await store().createTenant(tenant, randomTenantKeys());
  });

  it('gives a key back, an operator key too', async () => {
    const operator = anApiKey({ rights: ['operate'] });
    const bound = anApiKey({
      tenantId,
      agentId: randomAgentId(),
      boundUserId: 'someone',
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    await store().createApiKey(operator);
    await store().createApiKey(bound);
    expect(await store().findApiKey(operator.keyId)).toEqual(operator);
    expect(await store().findApiKey(bound.keyId)).toEqual(bound);
    expect(await store().findApiKey(randomUUID())).toBeUndefined();
  });

  it('refuses a key id that exists', async () => {
    const key = anApiKey({ tenantId });
    await store().createApiKey(key);
    await expect(store().createApiKey(anApiKey({ keyId: key.keyId }))).rejects.toMatchObject({ code: 'conflict' });
    expect(await store().findApiKey(key.keyId)).toEqual(key);
  });

  it('makes no key for a tenant that there is not', async () => {
    const making = store().createApiKey(anApiKey({ tenantId: randomTenantId() }));
    await expect(making).rejects.toMatchObject({ code: 'not-found' });
  });

  it("lists a tenant's keys by age, then id, and nobody else's", async () => {
    const early = anApiKey({ tenantId, createdAt: '2025-01-01T00:00:00.000Z' });
    const [one, other] = [anApiKey({ tenantId }), anApiKey({ tenantId })].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
    for (const key of [other, one, early, anApiKey()]) await store().createApiKey(key as ApiKey);
    expect(await store().listApiKeys(tenantId)).toEqual([early, one, other]);
    expect(await store().listApiKeys(randomTenantId())).toEqual([]);
  });

  it('revokes a key for good: the first instant stays', async () => {
    const key = anApiKey({ tenantId });
    await store().createApiKey(key);
    await store().revokeApiKey(tenantId, key.keyId, '2026-02-01T00:00:00.000Z');
    await store().revokeApiKey(tenantId, key.keyId, '2026-03-01T00:00:00.000Z');
    expect(await store().findApiKey(key.keyId)).toEqual({ ...key, revokedAt: '2026-02-01T00:00:00.000Z' });
  });

  it('sets the rights of a key of the tenant', async () => {
    const [key, operator] = [anApiKey({ tenantId }), anApiKey({ rights: ['operate'] })];
    for (const one of [key, operator]) await store().createApiKey(one);
    await store().setKeyRights(tenantId, key.keyId, ['erase']);
    expect(await store().findApiKey(key.keyId)).toEqual({ ...key, rights: ['erase'] });
    const foreign = store().setKeyRights(randomTenantId(), key.keyId, ['admin']);
    await expect(foreign).rejects.toMatchObject({ code: 'not-found' });
    const raised = store().setKeyRights(tenantId, operator.keyId, ['admin']);
    await expect(raised).rejects.toMatchObject({ code: 'not-found' });
  });

  it('lists and revokes keys of no tenant apart from the others', async () => {
    const [key, one, other] = [anApiKey({ tenantId }), anApiKey(), anApiKey()];
    for (const given of [key, one, other]) await store().createApiKey(given);
    const at = '2026-02-01T00:00:00.000Z';
    await store().revokeOperatorKey(one.keyId, at);
    await store().revokeOperatorKey(one.keyId, '2026-03-01T00:00:00.000Z');
    await expect(store().revokeOperatorKey(key.keyId, at)).rejects.toMatchObject({ code: 'not-found' });
    const listed = (await store().listOperatorKeys()).filter(
      ({ keyId }) => keyId === one.keyId || keyId === other.keyId,
    );
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(expect.arrayContaining([{ ...one, revokedAt: at }, other]));
    expect((await store().listOperatorKeys()).map(({ keyId }) => keyId)).not.toContain(key.keyId);
  });

  it("revokes no key of another tenant, and no operator's", async () => {
    const [key, operator] = [anApiKey({ tenantId }), anApiKey()];
    await store().createApiKey(key);
    await store().createApiKey(operator);
    const at = '2026-02-01T00:00:00.000Z';
    await expect(store().revokeApiKey(randomTenantId(), key.keyId, at)).rejects.toMatchObject({ code: 'not-found' });
    await expect(store().revokeApiKey(tenantId, operator.keyId, at)).rejects.toMatchObject({ code: 'not-found' });
    await expect(store().revokeApiKey(tenantId, randomUUID(), at)).rejects.toMatchObject({ code: 'not-found' });
    expect(await store().findApiKey(key.keyId)).toEqual(key);
  });
}
