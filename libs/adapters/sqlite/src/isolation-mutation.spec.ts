import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { failsByAnExpectation, isolationChecks, MutatedCopies, type SourceEdit } from '@mneme/testing';
import type * as Adapter from './open-sqlite.js';

/**
 * Takes the scope's predicate out of a copy of this adapter, one place at a time, and runs the isolation suite on the
 * copy: the suite must fail exactly at the walls that the place holds up.
 */
interface Mutation extends SourceEdit {
  readonly name: string;
  /** `store/wall`. */
  readonly breaks: readonly string[];
}

const STORES = ['catalogue', 'fact graph', 'session store', 'vector index'];
const throughout = (wall: string) => STORES.map((store) => `${store}/${wall}`);
// Also for a place that holds the audience alone: without it a record comes once for each of the reader's audiences.
const allOf = (store: string) => ['audience', 'department', 'tenant'].map((wall) => `${store}/${wall}`);

// Names every value and refuses nothing; INDEXED BY needs the comparisons that are left.
const ANY_SCOPE = `':tenantId != 0 AND tenant_id >= 0 AND :minTrust >= 0 AND :departmentIds != 0 AND '`;
const anyOf = (audiences: string) => `{ ...$, sql: ${ANY_SCOPE} + '${audiences}' }`;
const anyScope = (call: string, audiences: string) => anyOf(audiences).replace('$', call);

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the tenant in SQL',
    file: 'scope-predicate.ts',
    find: `sql: 'tenant_id = :tenantId'`,
    replaceBy: `sql: 'tenant_id >= substr(:tenantId, 1, 0)'`,
    breaks: throughout('tenant'),
  },
  {
    name: 'an audience in SQL: in the list of the catalogue and in the segments',
    file: 'scope-predicate.ts',
    find: `sql: 'audience = :audience'`,
    replaceBy: `sql: 'audience >= substr(:audience, 1, 0)'`,
    breaks: [...allOf('catalogue'), ...allOf('fact graph'), ...allOf('vector index')],
  },
  {
    name: 'the audiences in SQL',
    file: 'scope-predicate.ts',
    find: `sql: 'audience IN (SELECT value FROM json_each(:audiences))'`,
    replaceBy: `sql: 'audience >= substr(:audiences, 1, 0)'`,
    breaks: ['catalogue/audience', 'fact graph/audience', 'session store/audience'],
  },
  {
    name: 'the department in SQL',
    file: 'scope-predicate.ts',
    find: `sql: '(department_id IS NULL OR department_id IN (SELECT value FROM json_each(:departmentIds)))'`,
    replaceBy: `sql: ':departmentIds IS NOT NULL'`,
    breaks: ['catalogue/department', 'fact graph/department', 'session store/department'],
  },
  {
    name: 'the department in the scan',
    file: 'scope-predicate.ts',
    find: 'return departmentId === null || scope.departmentIds.includes(departmentId);',
    replaceBy: 'return departmentId === null || scope.departmentIds.length >= 0;',
    breaks: ['vector index/department'],
  },
  {
    name: "the tenant in the cache's key",
    file: 'scope-predicate.ts',
    find: 'JSON.stringify([tenantId, audience, model])',
    replaceBy: `JSON.stringify([tenantId.slice(0, 0), audience, model])`,
    breaks: ['vector index/tenant'],
  },
  {
    name: "the audience in the cache's key",
    file: 'scope-predicate.ts',
    find: 'JSON.stringify([tenantId, audience, model])',
    replaceBy: `JSON.stringify([tenantId, audience.slice(0, 0), model])`,
    breaks: allOf('vector index'),
  },
  {
    name: 'the whole scope in `get` of the catalogue',
    file: 'sqlite-catalogue.ts',
    find: 'const readable = scopePredicate(scope);',
    replaceBy: `const readable = ${anyScope('scopePredicate(scope)', ':audiences != 0')};`,
    breaks: allOf('catalogue'),
  },
  {
    name: 'the whole scope in `list` of the catalogue',
    file: 'sqlite-catalogue.ts',
    find: 'pageQuery(scopePredicate(scope, audience), page)',
    replaceBy: `pageQuery(${anyScope('scopePredicate(scope, audience)', ':audience != 0')}, page)`,
    breaks: allOf('catalogue'),
  },
  {
    name: 'the whole scope in the fact graph',
    file: 'fact-predicates.ts',
    find: 'const readable = scopePredicate(scope, audience);',
    replaceBy: `const readable = ${anyScope('scopePredicate(scope, audience)', `' + (audience === undefined ? ':audiences' : ':audience') + ' != 0`)};`,
    breaks: allOf('fact graph'),
  },
  ...[
    ['the last turns', 'this.turns.last(scopePredicate(scope), sessionKey, limit)', 'scopePredicate(scope)'],
    ['a state', 'this.documents.get(scopePredicate(scope), sessionKey, kind)', 'scopePredicate(scope)'],
    ['a hand-off by its token', 'this.documents.handOffOfToken(scopePredicate(scope), ', 'scopePredicate(scope)'],
    ['an open session', 'const readable = scopePredicate(scope);', 'scopePredicate(scope)'],
  ].map(([name = '', find = '', call = '']): Mutation => ({
    name: `the whole scope in ${name} of the session store`,
    file: 'sqlite-session-store.ts',
    find,
    replaceBy: find.replace(call, anyScope(call, ':audiences != 0')),
    breaks: allOf('session store'),
  })),
  {
    name: 'tenant and audience in the segments of the vector index',
    file: 'block-reader.ts',
    find: 'const { sql, values } = segmentPredicate(id.tenantId, id.audience);',
    replaceBy: `const values = segmentPredicate(id.tenantId, id.audience).values;
      const sql = 'tenant_id >= substr(:tenantId, 1, 0) AND audience >= substr(:audience, 1, 0)';`,
    breaks: allOf('vector index'),
  },
  {
    name: 'what the statistics and the cosines of the vector index are of',
    file: 'row-filter.ts',
    find: 'if (!mayReadDepartment(this.scope, facet.departmentId)) return;',
    replaceBy: '',
    breaks: ['vector index/department'],
  },
];

const copies = new MutatedCopies(import.meta.dirname);
afterAll(() => copies.remove());

describe('isolation suite', () => {
  it('passes on a copy that nothing was taken out of', async () => {
    expect(await brokenWalls(copies.make())).toEqual([]);
  });

  it.each(MUTATIONS)('fails without $name', async (mutation) => {
    expect(await brokenWalls(copies.make([mutation]))).toEqual([...mutation.breaks].sort());
  });
});

async function brokenWalls(directory: string): Promise<readonly string[]> {
  const adapter = (await import(join(directory, 'open-sqlite.ts'))) as typeof Adapter;
  const broken: string[] = [];
  for (const check of isolationChecks) {
    const stores = adapter.openSqlite(':memory:');
    try {
      if (await failsByAnExpectation(check, stores)) broken.push(`${check.store}/${check.wall}`);
    } finally {
      await stores.close();
    }
  }
  return broken.sort();
}
