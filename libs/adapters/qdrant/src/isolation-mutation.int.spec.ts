import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { engineAddress, failsByAnExpectation, isolationChecks, MutatedCopies, type SourceEdit } from '@mneme/testing';
import type * as Adapter from './open-qdrant.js';

/**
 * Takes the scope's conditions out of a copy of this adapter, and runs the isolation suite on the copy: the suite must fail
 * exactly at the walls that were taken down.
 */
interface Mutation {
  readonly name: string;
  readonly edits: readonly SourceEdit[];
  readonly breaks: readonly string[];
}

const withoutTenant: SourceEdit = {
  file: 'scope-filter.ts',
  find: "is('tenantId', tenantId), isOneOf('place'",
  replaceBy: "isOneOf('place'",
};
const anyPlaceOf = (parts: string): SourceEdit => ({
  file: 'point-payload.ts',
  find: 'JSON.stringify([tenantId, audience])',
  replaceBy: `JSON.stringify([${parts}])`,
});
const withoutPlace: SourceEdit = { file: 'scope-filter.ts', find: "isOneOf('place', places), ", replaceBy: '' };
const blind: SourceEdit = {
  file: 'index-hits.ts',
  find: 'if (audience === undefined) throw',
  replaceBy: 'if (fields === undefined) throw',
};

const MUTATIONS: readonly Mutation[] = [
  { name: 'anything', edits: [], breaks: [] },
  {
    name: 'the tenant, as a condition and in the place',
    edits: [withoutTenant, anyPlaceOf('tenantId.slice(0, 0), audience')],
    breaks: ['vector index/tenant'],
  },
  { name: 'the tenant as a condition, since the place has it too', edits: [withoutTenant], breaks: [] },
  {
    name: 'the tenant in the place, since it is a condition too',
    edits: [anyPlaceOf('tenantId.slice(0, 0), audience')],
    breaks: [],
  },
  {
    name: 'the audience in the place',
    edits: [anyPlaceOf('tenantId, audience.slice(0, 0)')],
    breaks: ['vector index/audience'],
  },
  {
    name: 'the place as a condition, and the look at each hit',
    edits: [withoutPlace, blind],
    breaks: ['vector index/audience'],
  },
  {
    name: 'the department',
    edits: [{ file: 'scope-filter.ts', find: ", isOneOf('departmentId', departments)]", replaceBy: ']' }],
    breaks: ['vector index/department'],
  },
];

const TIMEOUT_MS = 120_000;
const checks = isolationChecks.filter(({ store }) => store === 'vector index');
const copies = new MutatedCopies(import.meta.dirname);
afterAll(() => copies.remove());

describe('isolation suite', () => {
  it.each(MUTATIONS)(
    'on a copy without $name fails at $breaks',
    async ({ edits, breaks }) => expect(await brokenWalls(copies.make(edits))).toEqual(breaks),
    TIMEOUT_MS,
  );

  it('raises an alarm where Qdrant answers with what is not within the scope', async () => {
    await expect(brokenWalls(copies.make([withoutPlace]))).rejects.toMatchObject({ code: 'corrupt' });
  });
});

async function brokenWalls(directory: string): Promise<readonly string[]> {
  const adapter = (await import(join(directory, 'open-qdrant.ts'))) as typeof Adapter;
  const broken: string[] = [];
  for (const check of checks) {
    // Collections of their own, since without a wall one check would find what another has written.
    const options = { url: engineAddress('qdrant'), collectionPrefix: `spec-${randomUUID()}` };
    const qdrant = await adapter.openQdrant(options);
    try {
      if (await failsByAnExpectation(check, qdrant)) broken.push(`${check.store}/${check.wall}`);
    } finally {
      await qdrant.close();
      await adapter.dropQdrantCollections(options);
    }
  }
  return broken.sort();
}
