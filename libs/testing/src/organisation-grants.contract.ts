import { expect, it } from '@jest/globals';
import type { DepartmentId, TenantId } from '@mneme/events';
import type { OrganisationStore } from '@mneme/ports';
import fc from 'fast-check';
import { randomDepartmentId } from './builders.js';

const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-02-01T00:00:00.000Z';
const NOT_FOUND = { code: 'not-found', retry: 'never' };
const NAMES = ['a', 'b', 'c', 'd'] as DepartmentId[];
const CHANGES = fc.array(
  fc.record({
    inOther: fc.boolean(),
    isGranted: fc.boolean(),
    reader: fc.constantFrom(...NAMES),
    owner: fc.constantFrom(...NAMES),
  }),
  { maxLength: 30 },
);

/** Two tenants that exist, fresh for each test. */
export interface TwoTenants {
  readonly tenantId: TenantId;
  readonly other: TenantId;
}

/** What grants are: exactly those that were made, in one direction, in one tenant. */
export function grantsContract(store: () => OrganisationStore, state: TwoTenants): void {
  const createAll = async (tenantId: TenantId) => {
    for (const departmentId of NAMES) await store().createDepartment({ tenantId, departmentId, createdAt: AT });
  };
  const [a, b, c] = NAMES as [DepartmentId, DepartmentId, DepartmentId];

  it('are as they were made, in one direction and in one tenant', async () => {
    const { tenantId, other } = state;
    for (const id of [tenantId, other]) await createAll(id);
    const grant = { tenantId, reader: a, owner: b };
    await store().createGrant({ ...grant, createdAt: AT });
    await store().createGrant({ ...grant, createdAt: LATER });
    expect(await store().listGrants(tenantId)).toEqual([{ ...grant, createdAt: AT }]);
    expect(await store().grantedTo(tenantId, a)).toEqual([b]);
    expect(await store().grantedTo(tenantId, b)).toEqual([]);
    expect(await store().grantedTo(other, a)).toEqual([]);
    await expect(store().removeGrant({ ...grant, tenantId: other })).rejects.toMatchObject(NOT_FOUND);
    await store().removeGrant(grant);
    expect(await store().grantedTo(tenantId, a)).toEqual([]);
  });

  it('are between departments of the tenant, on both sides', async () => {
    const { tenantId, other } = state;
    await createAll(tenantId);
    const foreign = randomDepartmentId();
    await store().createDepartment({ tenantId: other, departmentId: foreign, createdAt: AT });
    const granting = (reader: DepartmentId, owner: DepartmentId) =>
      store().createGrant({ tenantId, reader, owner, createdAt: AT });
    await expect(granting(a, foreign)).rejects.toMatchObject({ ...NOT_FOUND, detail: { field: 'owner' } });
    await expect(granting(foreign, a)).rejects.toMatchObject({ ...NOT_FOUND, detail: { field: 'reader' } });
    expect(await store().listGrants(tenantId)).toEqual([]);
  });

  it('go with either of their departments', async () => {
    const { tenantId } = state;
    await createAll(tenantId);
    const pairs = [
      [a, b],
      [b, c],
      [c, a],
    ] as const;
    for (const [reader, owner] of pairs) await store().createGrant({ tenantId, reader, owner, createdAt: AT });
    await store().removeDepartment(tenantId, a);
    expect(await store().listGrants(tenantId)).toMatchObject([{ reader: b, owner: c }]);
    await store().createDepartment({ tenantId, departmentId: a, createdAt: AT });
    expect(await store().grantedTo(tenantId, c)).toEqual([]);
  });

  it('are after any changes exactly those that were made and not taken back', async () => {
    const { tenantId, other } = state;
    for (const id of [tenantId, other]) await createAll(id);
    const model = new Set<string>();
    const property = fc.asyncProperty(CHANGES, async (changes) => {
      for (const { inOther, isGranted, reader, owner } of changes) {
        const grant = { tenantId: inOther ? other : tenantId, reader, owner };
        const name = JSON.stringify([grant.tenantId, reader, owner]);
        if (isGranted) await store().createGrant({ ...grant, createdAt: AT });
        else if (model.has(name)) await store().removeGrant(grant);
        else await expect(store().removeGrant(grant)).rejects.toMatchObject(NOT_FOUND);
        if (isGranted) model.add(name);
        else model.delete(name);
      }
      for (const owned of [tenantId, other]) {
        for (const reader of NAMES) {
          const granted = NAMES.filter((owner) => model.has(JSON.stringify([owned, reader, owner])));
          expect(await store().grantedTo(owned, reader)).toEqual(granted);
        }
      }
    });
    await fc.assert(property, { numRuns: 30 });
  });
}
