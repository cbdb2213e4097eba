import { describe, expect, it } from '@jest/globals';
import type { AgentId, Audience, DepartmentId, SubjectId, TeamId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import { createPrincipal, mayRead, type Principal, readScopeOf, type Right } from '../principal.js';
import { isWithinBounds } from './cascade.js';
import { changeBoundsOf, refuseForeignChange } from './may-change.js';

const ANA = 'a'.repeat(64) as SubjectId;
const TENANT = 'acme' as TenantId;
const AUDIENCES = [`u:${ANA}`, `u:${'b'.repeat(64)}`, 'a:bot', 'a:other', 't:west', 't:east', 'o'] as Audience[];
const DEPARTMENTS = [undefined, 'sales', 'care', 'law'] as (DepartmentId | undefined)[];

function bot(rights: readonly Right[]): Principal {
  return createPrincipal({
    keyId: 'k',
    tenantId: TENANT,
    agentId: 'bot' as AgentId,
    teamIds: ['west'] as TeamId[],
    departmentId: 'sales' as DepartmentId,
    grantedDepartmentIds: ['care'] as DepartmentId[],
    rights: new Set(rights),
    minTrust: 0,
  });
}

const refusedFor = (principal: Principal, audience: Audience, departmentId?: DepartmentId) => {
  try {
    refuseForeignChange(principal, { tenantId: TENANT, audience, departmentId });
    return undefined;
  } catch (error) {
    return (error as { detail: { limit?: string; field?: string } }).detail;
  }
};

describe('who may change what', () => {
  it("lets a key with ingest change its user's memories and its agent's own", () => {
    for (const audience of [`u:${ANA}`, 'a:bot'] as Audience[]) {
      expect(refusedFor(bot(['ingest']), audience, 'sales' as DepartmentId)).toBeUndefined();
    }
  });

  it('asks for publish where a team or the tenant reads', () => {
    for (const audience of ['t:west', 'o'] as Audience[]) {
      expect(refusedFor(bot(['ingest']), audience)).toEqual({ field: 'memoryId', limit: 'right=publish' });
      expect(refusedFor(bot(['ingest', 'publish']), audience)).toBeUndefined();
    }
  });

  it("never lets another department's be changed, not even under a grant to read it", () => {
    expect(refusedFor(bot(['ingest', 'publish']), 'o' as Audience, 'care' as DepartmentId)).toEqual({
      field: 'memoryId',
    });
  });

  it('is the same rule for what can be looked at and for what is still on its way', () => {
    const rights = fc.constantFrom<readonly Right[]>(['ingest'], ['ingest', 'publish']);
    const property = fc.property(
      rights,
      fc.constantFrom(...AUDIENCES),
      fc.constantFrom(...DEPARTMENTS),
      fc.constantFrom(undefined, ANA),
      (given, audience, departmentId, subjectId) => {
        const principal = bot(given);
        const memory = { tenantId: TENANT, audience, departmentId };
        const mayChange =
          mayRead(readScopeOf(principal, subjectId), memory) &&
          refusedFor(principal, audience, departmentId) === undefined;
        const bounds = changeBoundsOf(principal, subjectId);
        expect(isWithinBounds(memory as Parameters<typeof isWithinBounds>[0], bounds)).toBe(mayChange);
      },
    );
    fc.assert(property);
  });
});
