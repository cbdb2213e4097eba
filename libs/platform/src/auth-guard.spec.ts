import { describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { indexKeysOf, secretHashOf, subjectIdOf } from '@mneme/domain';
import type { TenantId } from '@mneme/events';
import type { ApiKey, ControlStore, OrganisationStore } from '@mneme/ports';
import { AuthGuard, authorizationOf } from './auth-guard.js';
import type { Keyring } from './keyring.js';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const KEY_ID = '0123456789abcdef';
const SECRET = 'a_b-'.repeat(10) + 'xyz';
const BEARER = `Bearer mneme_${KEY_ID}_${SECRET}`;
const indexKeys = indexKeysOf(new Uint8Array(32));
const KEY: Partial<ApiKey> = { tenantId: 'acme' as TenantId, rights: ['recall', 'on-behalf-of'], minTrust: 0.5 };

function guardOf(
  given: Partial<ApiKey> = {},
  agent: object | undefined = { tenantId: 'acme', teamIds: ['billing'], departmentId: 'sales' },
  grants: Readonly<Record<string, readonly string[]>> = {},
) {
  const key = { keyId: KEY_ID, secretHash: secretHashOf(SECRET), agentId: 'bot', ...KEY, ...given } as ApiKey;
  const controlStore = {
    findApiKey: async (keyId: string) => (keyId === KEY_ID ? key : undefined),
    findAgent: async () => agent,
  } as unknown as ControlStore;
  const organisationStore = {
    grantedTo: async (tenantId: string, departmentId: string) => grants[`${tenantId}/${departmentId}`] ?? [],
  } as unknown as OrganisationStore;
  const keyring = { tenant: async () => ({ indexKeys }) } as unknown as Keyring;
  return new AuthGuard({ controlStore, organisationStore, keyring, clock: { nowMs: () => NOW_MS } });
}

const UNAUTHENTICATED = { code: 'unauthenticated', message: expect.stringContaining('not valid') };

describe('the guard', () => {
  it('makes a principal of a valid key, with what its agent is', async () => {
    expect(await guardOf().principal(BEARER)).toEqual({
      keyId: KEY_ID,
      tenantId: 'acme',
      agentId: 'bot',
      departmentId: 'sales',
      teamIds: ['billing'],
      rights: new Set(KEY.rights),
      minTrust: 0.5,
    });
  });

  it('gives the departments that the tenant granted to the agent, and to no agent without one', async () => {
    const grants = { 'acme/sales': ['care'], 'other/sales': ['legal'] };
    const placed = { tenantId: 'acme', teamIds: [], departmentId: 'sales' };
    expect(await guardOf({}, placed, grants).principal(BEARER)).toMatchObject({ grantedDepartmentIds: ['care'] });
    const nowhere = await guardOf({}, { tenantId: 'acme', teamIds: [] }, grants).principal(BEARER);
    expect(nowhere).not.toHaveProperty('grantedDepartmentIds');
  });

  it.each([
    ['nothing', undefined, {}],
    ['another scheme', BEARER.replace('Bearer', 'Basic'), {}],
    ['an unknown key', BEARER.replace('0123', '9999'), {}],
    ['another secret', BEARER.replace('xyz', 'xyy'), {}],
    ['a longer secret', `${BEARER}x`, {}],
    ['a revoked key', BEARER, { revokedAt: '2026-05-01T00:00:00.000Z' }],
    ['an expired key', BEARER, { expiresAt: '2026-06-01T00:00:00.000Z' }],
    ["a tenant's key without an agent", BEARER, { agentId: undefined }],
    ['a key of no tenant that does not operate', BEARER, { tenantId: undefined }],
  ])('refuses %s, without saying which it is', async (_name, bearer, given) => {
    await expect(guardOf(given).caller(bearer)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('refuses a key whose agent is gone', async () => {
    const gone = new AuthGuard({
      controlStore: {
        findApiKey: async () => ({ ...KEY, agentId: 'bot', secretHash: secretHashOf(SECRET) }),
        findAgent: async () => undefined,
      },
    } as unknown as ConstructorParameters<typeof AuthGuard>[0]);
    await expect(gone.caller(BEARER)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('lets an operator operate and read nothing, and a tenant not operate', async () => {
    const operator = guardOf({ tenantId: undefined, agentId: undefined, rights: ['operate'] });
    expect(await operator.operator(BEARER)).toEqual({ keyId: KEY_ID, operator: true });
    await expect(operator.principal(BEARER)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(guardOf({ rights: ['operate', 'admin'] }).operator(BEARER)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('speaks for the bound user and nobody else', async () => {
    const guard = guardOf({ boundUserId: 'ana', rights: ['recall', 'on-behalf-of'] });
    const principal = await guard.principal(BEARER);
    expect(await guard.subjectFor(principal)).toBe(subjectIdOf(indexKeys, 'ana'));
    expect(await guard.subjectFor(principal, 'ana')).toBe(subjectIdOf(indexKeys, 'ana'));
    await expect(guard.subjectFor(principal, 'ben')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('speaks for a named user under the right, and for nobody when none is named', async () => {
    const guard = guardOf();
    const principal = await guard.principal(BEARER);
    expect(await guard.subjectFor(principal, 'ben')).toBe(subjectIdOf(indexKeys, 'ben'));
    expect(await guard.subjectFor(principal)).toBeUndefined();
    const without = await guardOf({ rights: ['recall'] }).principal(BEARER);
    await expect(guard.subjectFor(without, 'ben')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(guard.subjectFor(principal, '')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(guard.subjectFor(principal, 'x'.repeat(257))).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('has a verifier that may recall and nothing else', () => {
    const verifier = guardOf().verifier('acme' as TenantId);
    expect(verifier).toMatchObject({ tenantId: 'acme', teamIds: [], rights: new Set(['recall']), minTrust: 0 });
  });

  it('reads the credentials of a call', () => {
    const metadata = new Metadata();
    expect(authorizationOf(metadata)).toBeUndefined();
    metadata.set('authorization', BEARER);
    expect(authorizationOf(metadata)).toBe(BEARER);
  });
});
