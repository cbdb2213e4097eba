import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { engineAddress, failsByAnExpectation, isolationChecks, MutatedCopies, type SourceEdit } from '@mneme/testing';
import type * as Adapter from './open-neo4j.js';
import { ScratchLabelSpace } from './scratch-label-space.js';

/**
 * Takes the scope's predicate out of a copy of this adapter, one place at a time, and runs the isolation suite on the
 * copy: the suite must fail exactly at the walls that the place holds up.
 */
interface Mutation extends SourceEdit {
  readonly name: string;
  readonly breaks: readonly string[];
}

const ALL = ['audience', 'department', 'tenant'];

// An index that a statement names needs the comparisons that are left.
const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the tenant',
    file: 'scope-predicate.ts',
    find: '${name}.tenantId = $p.tenantId',
    replaceBy: `\${name}.tenantId >= ''`,
    breaks: ['tenant'],
  },
  {
    name: 'an audience: a fact comes once for each of the reader',
    file: 'scope-predicate.ts',
    find: '${fact}.audience = ${audience} AND ${audience} IN $p.audiences',
    replaceBy: `\${fact}.audience >= ''`,
    breaks: ALL,
  },
  {
    name: 'the audiences',
    file: 'scope-predicate.ts',
    find: '${fact}.audience IN $p.audiences',
    replaceBy: `\${fact}.audience >= ''`,
    breaks: ['audience'],
  },
  {
    name: 'the department',
    file: 'scope-predicate.ts',
    find: `coalesce(\${fact}.departmentId, '\${NO_DEPARTMENT}') IN $p.departmentIds`,
    replaceBy: '$p.departmentIds IS NOT NULL',
    breaks: ['department'],
  },
  {
    name: 'the whole scope in all that is read of facts',
    file: 'read-statements.ts',
    find: `return \`\${scopeText('f', audience)} AND`,
    replaceBy: `return \`f.tenantId >= '' AND f.audience >= '' AND`,
    breaks: ALL,
  },
  {
    name: 'the whole scope in what ends facts: the domain lets only the same tenant and audience end any',
    file: 'read-statements.ts',
    find: `return \`\${this.seen('at.audience')} AND \${this.within} AND`,
    replaceBy: `return \`f.tenantId >= '' AND f.audience >= '' AND \${this.within} AND`,
    breaks: ['department'],
  },
  {
    name: 'the whole scope in the states of facts',
    file: 'read-statements.ts',
    find: 'WHERE f.memoryId IN $p.memoryIds AND f.version IS NOT NULL AND ${this.seen()}',
    replaceBy: 'WHERE f.memoryId IN $p.memoryIds AND f.version IS NOT NULL AND f.tenantId IS NOT NULL',
    breaks: ALL,
  },
  {
    name: 'the whole scope in what came from turns',
    file: 'read-statements.ts',
    find: 'WHERE f.sourceId IN $p.sourceIds AND ${this.holding()}',
    replaceBy: `WHERE f.sourceId IN $p.sourceIds AND f.tenantId >= ''`,
    breaks: ALL,
  },
];

const space = new ScratchLabelSpace(engineAddress('neo4j'));
const copies = new MutatedCopies(import.meta.dirname);
afterAll(async () => {
  copies.remove();
  await space.drop();
}, 60_000);

describe('isolation suite on Neo4j', () => {
  it('passes on a copy that nothing was taken out of', async () => {
    expect(await brokenWalls(copies.make())).toEqual([]);
  }, 60_000);

  it.each(MUTATIONS)(
    'fails without $name',
    async (mutation) => {
      expect(await brokenWalls(copies.make([mutation]))).toEqual([...mutation.breaks].sort());
    },
    60_000,
  );
});

async function brokenWalls(directory: string): Promise<readonly string[]> {
  const adapter = (await import(join(directory, 'open-neo4j.ts'))) as typeof Adapter;
  const stores = await adapter.openNeo4j(space.options);
  try {
    const broken: string[] = [];
    for (const check of isolationChecks.filter(({ store }) => store === 'fact graph')) {
      if (await failsByAnExpectation(check, stores)) broken.push(check.wall);
    }
    return broken.sort();
  } finally {
    await stores.close();
  }
}
