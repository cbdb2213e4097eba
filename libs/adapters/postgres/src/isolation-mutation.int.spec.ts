import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  engineAddress,
  failsByAnExpectation,
  type IsolationCheck,
  isolationChecks,
  MutatedCopies,
  type SourceEdit,
} from '@mneme/testing';
import type * as Schema from './catalogue-schema.js';
import type * as Adapter from './postgres-catalogue.js';
import type * as Scratch from './scratch-schema.js';

/**
 * Takes the scope's predicate out of a copy of this adapter, one place at a time, and runs the isolation suite on the copy
 * and the real engine: the suite must fail exactly at the walls that the place holds up.
 */
interface Mutation extends SourceEdit {
  readonly name: string;
  readonly breaks: readonly IsolationCheck['wall'][];
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the tenant',
    file: 'scope-predicate.ts',
    find: `OF_TENANT = 'tenant_id = :tenantId'`,
    replaceBy: `OF_TENANT = ':tenantId::text IS NOT NULL'`,
    breaks: ['tenant'],
  },
  {
    name: 'the audiences',
    file: 'scope-predicate.ts',
    find: `'audience = ANY (:audiences::text[])'`,
    replaceBy: `':audiences::text[] IS NOT NULL'`,
    breaks: ['audience'],
  },
  {
    // Without it a record comes once for each of the reader's audiences.
    name: 'the one audience in the order of the index',
    file: 'scope-predicate.ts',
    find: `'audience = readable.wanted'`,
    replaceBy: `'readable.wanted IS NOT NULL'`,
    breaks: ['audience', 'department', 'tenant'],
  },
  {
    name: 'the department',
    file: 'scope-predicate.ts',
    find: `'(department_id IS NULL OR department_id = ANY (:departmentIds::text[]))'`,
    replaceBy: `':departmentIds::text[] IS NOT NULL'`,
    breaks: ['department'],
  },
  {
    // The tenant is asked for once more, where the highest version is looked for.
    name: 'the scope in `get`',
    file: 'catalogue-statements.ts',
    find: 'AS own WHERE ${READABLE}`',
    replaceBy: 'AS own`',
    breaks: ['audience', 'department'],
  },
  {
    name: 'the tenant in both places of `get`, and the rest of the scope',
    file: 'catalogue-statements.ts',
    find: 'SELECT * FROM catalogue WHERE ${OF_TENANT} AND memory_id = asked.id ORDER BY version DESC LIMIT 1\n    ) AS own WHERE ${READABLE}`',
    replaceBy: 'SELECT * FROM catalogue WHERE memory_id = asked.id ORDER BY version DESC LIMIT 1\n    ) AS own`',
    breaks: ['audience', 'department', 'tenant'],
  },
  {
    name: 'the scope in `list`',
    file: 'catalogue-statements.ts',
    find: '${READABLE_IN_ORDER} AND',
    replaceBy: '',
    breaks: ['audience', 'department', 'tenant'],
  },
];

const copies = new MutatedCopies(import.meta.dirname);
afterAll(() => copies.remove());

describe('isolation suite', () => {
  it('passes on a copy that nothing was taken out of', async () => {
    expect(await brokenWalls(copies.make())).toEqual([]);
  });

  it.each(MUTATIONS)('fails without $name', async (mutation) => {
    expect(await brokenWalls(copies.make([{ ...mutation, isOnce: true }]))).toEqual([...mutation.breaks].sort());
  });
});

async function brokenWalls(directory: string): Promise<readonly string[]> {
  const { CATALOGUE_SCHEMA } = (await import(join(directory, 'catalogue-schema.ts'))) as typeof Schema;
  const { PostgresCatalogue } = (await import(join(directory, 'postgres-catalogue.ts'))) as typeof Adapter;
  const { ScratchSchema } = (await import(join(directory, 'scratch-schema.ts'))) as typeof Scratch;
  const broken: string[] = [];
  for (const check of isolationChecks.filter(({ store }) => store === 'catalogue')) {
    // Nothing of another check is there to be seen when a wall is down.
    const scratch = new ScratchSchema(engineAddress('postgres'));
    try {
      const catalogue = new PostgresCatalogue(await scratch.open([CATALOGUE_SCHEMA]));
      if (await failsByAnExpectation(check, { catalogue })) broken.push(check.wall);
    } finally {
      await scratch.drop();
    }
  }
  return broken.sort();
}
