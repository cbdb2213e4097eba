import { describe, expect, it } from '@jest/globals';
import type { AgentId, Audience, DepartmentId, TeamId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import { createPrincipal, mayRead, readScopeOf } from '../principal.js';
import { sharedPlaceOf } from './shared-place.js';

const TENANT = 'acme' as TenantId;
const SUBJECT = 'a'.repeat(64) as never;
const AUDIENCES = [`u:${'a'.repeat(64)}`, 'a:helper', 'a:closer', 't:west', 't:east', 'o'] as Audience[];
const DEPARTMENTS = ['care', 'sales'] as DepartmentId[];

const place = fc.record({
  audience: fc.constantFrom(...AUDIENCES),
  departmentId: fc.constantFrom(undefined, ...DEPARTMENTS),
});
const reader = fc.record({
  agentId: fc.constantFrom('helper', 'closer') as fc.Arbitrary<AgentId>,
  teamIds: fc.subarray(['west', 'east'] as TeamId[]),
  department: fc.constantFrom(undefined, ...DEPARTMENTS),
  granted: fc.subarray([...DEPARTMENTS]),
  speaksForUser: fc.boolean(),
});

describe('where something goes that stands on several records', () => {
  it('is read by nobody who may not read all that it stands on', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 8 }), reader, (records, { department, granted, ...who }) => {
        const shared = sharedPlaceOf(records);
        expect(shared === undefined).toBe(records.length === 0);
        if (shared === undefined) return;
        const own = department === undefined ? {} : { departmentId: department, grantedDepartmentIds: granted };
        const claims = { keyId: 'k', tenantId: TENANT, rights: new Set([]), minTrust: 0, ...who, ...own };
        const scope = readScopeOf(createPrincipal(claims), who.speaksForUser ? SUBJECT : undefined);
        if (!mayRead(scope, { tenantId: TENANT, ...shared.place })) return;
        for (const record of shared.records) expect(mayRead(scope, { tenantId: TENANT, ...record })).toBe(true);
      }),
    );
  });

  it('is that of most of them, with what everybody there may read, in their order', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 8 }), (records) => {
        const shared = sharedPlaceOf(records);
        const alike = (one: (typeof records)[number]) =>
          records.filter((other) => other.audience === one.audience && other.departmentId === one.departmentId).length;
        expect(shared?.records.length).toBeGreaterThanOrEqual(Math.max(...records.map(alike)));
        expect(records.filter((record) => shared?.records.includes(record))).toEqual(shared?.records);
        expect(sharedPlaceOf([...records].reverse())?.place).toEqual(shared?.place);
      }),
    );
  });

  it('takes what the whole organisation may read into a narrower place', () => {
    const [user, , , , , all] = AUDIENCES as [Audience, ...Audience[]];
    const records = [{ audience: user }, { audience: all as Audience }, { audience: user }];
    expect(sharedPlaceOf(records)).toEqual({ place: { audience: user, departmentId: undefined }, records });
  });
});
