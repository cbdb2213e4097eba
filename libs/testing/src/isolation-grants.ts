import { expect } from '@jest/globals';
import type { DepartmentId, TenantId } from '@mneme/events';
import { catalogueRowOf, readScopeOf } from '@mneme/domain';
import fc from 'fast-check';
import {
  aMemory,
  aPrincipal,
  aTurn,
  ORGANISATION,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
} from './builders.js';
import { anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';
import type { SomeStores } from './isolation-checks.js';

const DEPARTMENTS = ['care', 'legal', 'sales'] as DepartmentId[];
const PLACES: readonly (DepartmentId | undefined)[] = [undefined, ...DEPARTMENTS];

/** Whatever was granted, a read gives what carries no department, the own one or a granted one, of its tenant alone. */
export async function grantsOpenExactlyThat(stores: SomeStores): Promise<void> {
  const property = fc.asyncProperty(
    fc.constantFrom(...PLACES),
    fc.subarray([...DEPARTMENTS]),
    async (departmentId, grantedDepartmentIds) => {
      const [own, other] = [randomTenantId(), randomTenantId()];
      const { idsOf, sessionKey } = await writtenEverywhere(stores, [own, other]);
      const place = departmentId === undefined ? {} : { departmentId };
      const scope = readScopeOf(aPrincipal({ tenantId: own, ...place, grantedDepartmentIds }));
      const readable = departmentId === undefined ? [] : [departmentId, ...grantedDepartmentIds];
      const wanted = idsOf(own, [undefined, ...readable]);
      const search = { vector: unitVector(1, 2, 3, 4), limit: 20 };
      const { catalogue, vectorIndex, sessionStore } = stores;
      const answers = [
        await catalogue?.list(scope, { filter: {}, nowMs: 0, limit: 20 }),
        await catalogue?.get(scope, idsOf(own, PLACES)),
        await vectorIndex?.searchDense(scope, search, anIndexFilter()),
        await vectorIndex?.searchLexical(scope, { terms: termsOf('kite'), limit: 20 }, anIndexFilter()),
      ].filter((answer) => answer !== undefined);
      for (const answer of answers) expect(answer.map(({ memoryId }) => memoryId).sort()).toEqual(wanted);
      if (sessionStore === undefined) return;
      const turns = await sessionStore.lastTurns(scope, sessionKey, 20);
      expect(turns.map((turn) => turn.departmentId).sort()).toEqual([...new Set([undefined, ...readable])].sort());
      expect(turns.every(({ tenantId }) => tenantId === own)).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 25 });
}

/** One record of each tenant and department, and of no department. */
async function writtenEverywhere(stores: SomeStores, tenants: readonly TenantId[]) {
  const [subjectId, sessionKey] = [randomSubjectId(), randomSessionKey()];
  const given = tenants.flatMap((tenantId) =>
    PLACES.map((departmentId) => ({
      tenantId,
      subjectId,
      sessionKey,
      audience: ORGANISATION,
      ...(departmentId === undefined ? {} : { departmentId }),
    })),
  );
  const memories = given.map((one) => aMemory(one));
  await stores.catalogue?.upsert(memories.map(catalogueRowOf));
  await stores.vectorIndex?.upsert(memories.map((memory) => anIndexedMemory('red kite', { memory })));
  await stores.sessionStore?.append(given.map((one) => aTurn(one)));
  const idsOf = (tenantId: TenantId, places: readonly (DepartmentId | undefined)[]) =>
    memories
      .filter((memory) => memory.tenantId === tenantId && places.includes(memory.departmentId))
      .map(({ memoryId }) => memoryId)
      .sort();
  return { idsOf, sessionKey };
}
