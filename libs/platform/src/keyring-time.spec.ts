import { expect, it } from '@jest/globals';
import type { SubjectId, TenantId } from '@mneme/events';
import { randomKey, wrapKey } from '@mneme/domain';
import type { ControlStore, KeyVault, SubjectRegistry, SubjectRow } from '@mneme/ports';
import { Keyring } from './keyring.js';

const TENANT = 'acme' as TenantId;
const ANA = 'a'.repeat(64) as SubjectId;
const KEY_CACHE_MS = 1_000;

it('counts the time of a key from when the registry was asked, however long the row was on its way', async () => {
  const tenantKey = randomKey();
  let nowMs = 0;
  let onItsWayMs = 0;
  let row: SubjectRow = {
    tenantId: TENANT,
    subjectId: ANA,
    epoch: 1,
    state: 'enrolled',
    keyGeneration: 1,
    wrappedKey: wrapKey(tenantKey, randomKey(), JSON.stringify(['data-key', TENANT, ANA, 1])),
  };
  const read = async () => {
    const then = row;
    nowMs += onItsWayMs;
    return [then];
  };
  const keyring = new Keyring({
    controlStore: { findTenant: async () => ({ tenantId: TENANT, keyGeneration: 1 }) } as unknown as ControlStore,
    registry: { read } as unknown as SubjectRegistry,
    vault: { unwrap: async () => tenantKey } as unknown as KeyVault,
    clock: { nowMs: () => nowMs },
    keyCacheMs: KEY_CACHE_MS,
    subjectsMax: 10,
    tenantsMax: 10,
    onCorruptKey: () => undefined,
  });
  const state = async () => (await keyring.open(TENANT, [ANA])).get(ANA)?.state;
  onItsWayMs = KEY_CACHE_MS - 1;
  expect(await state()).toBe('open');
  row = { ...row, state: 'fenced', epoch: 2, wrappedKey: null };
  onItsWayMs = 0;
  expect(await state()).toBe('open');
  nowMs += 1;
  expect(await state()).toBe('fenced');
});
