import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  engineAddress,
  failsByAnExpectation,
  isolationChecks,
  MutatedCopies,
  type ReadableStores,
  type SourceEdit,
} from '@mneme/testing';
import type * as Adapter from './open-redis.js';
import { dropPrefixes, scratchPrefix } from './scratch-prefix.js';

/**
 * Takes the scope out of a copy of this adapter, one place at a time, and runs the isolation checks on the copy: they
 * must fail exactly at the walls that the place holds up.
 */
interface Mutation extends SourceEdit {
  readonly name: string;
  readonly breaks: readonly string[];
}

const ALL_WALLS = ['audience', 'department', 'tenant'];
const READABLE = 'return record.trust >= scope.minTrust and mayRead(scope, record)';
const EVERYTHING = 'function() return true end';

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the tenant in the keys of a session',
    file: 'lua/layout.ts',
    find: `root .. 'session:' .. tenant .. ':' .. session`,
    replaceBy: `root .. 'session:' .. session`,
    breaks: ['tenant'],
  },
  {
    name: 'the audience',
    file: 'lua/reading.ts',
    find: 'if not contains(scope.audiences, record.audience) then return false end',
    replaceBy: '',
    breaks: ['audience'],
  },
  {
    name: 'the department',
    file: 'lua/reading.ts',
    find: `return record.department == '-' or contains(scope.departmentIds, record.department)`,
    replaceBy: 'return true',
    breaks: ['department'],
  },
  {
    name: 'audience and department together',
    file: 'lua/reading.ts',
    find: READABLE,
    replaceBy: 'return record.trust >= scope.minTrust',
    breaks: ['audience', 'department'],
  },
  ...[
    ['the last turns', 'lua/turn-scripts.ts', 'given.limit, isReadable(given.scope)', `given.limit, ${EVERYTHING}`],
    ['a state', 'lua/document-scripts.ts', 'given.kind, isReadable(given.scope)', `given.kind, ${EVERYTHING}`],
    ['a hand-off by its token', 'lua/document-scripts.ts', 'if not isReadable(given.scope)(document)', 'if false'],
    [
      'an open session',
      'lua/document-scripts.ts',
      'given.session), isReadable(given.scope)',
      `given.session), ${EVERYTHING}`,
    ],
  ].map(([name = '', file = '', find = '', replaceBy = '']): Mutation => ({
    name: `the scope in ${name}`,
    file,
    find,
    replaceBy,
    breaks: ['audience', 'department'],
  })),
];

const url = engineAddress('redis');
// One shard, so that tenants differ by their keys alone.
const ONE_SHARD = { file: 'shards.ts', find: 'const SHARDS = 16;', replaceBy: 'const SHARDS = 1;' };
const copies = new MutatedCopies(import.meta.dirname);
const prefixes: string[] = [];
afterAll(async () => {
  copies.remove();
  await dropPrefixes(url, prefixes);
});

describe('isolation checks', () => {
  it('pass on a copy that nothing was taken out of', async () => {
    expect(await brokenWalls(copies.make([ONE_SHARD]))).toEqual([]);
  });

  it.each(MUTATIONS)('fail without $name', async (mutation) => {
    expect(await brokenWalls(copies.make([ONE_SHARD, mutation]))).toEqual(mutation.breaks);
  });

  it('cover every wall', () => {
    expect([...new Set(MUTATIONS.flatMap(({ breaks }) => breaks))].sort()).toEqual(ALL_WALLS);
  });
});

async function brokenWalls(directory: string): Promise<readonly string[]> {
  const adapter = (await import(join(directory, 'open-redis.ts'))) as typeof Adapter;
  const broken: string[] = [];
  for (const check of isolationChecks.filter(({ store }) => store === 'session store')) {
    const keyPrefix = scratchPrefix();
    prefixes.push(keyPrefix);
    const { sessionStore, close } = await adapter.openRedis({ url, keyPrefix });
    try {
      if (await failsByAnExpectation(check, { sessionStore } as unknown as ReadableStores)) broken.push(check.wall);
    } finally {
      await close();
    }
  }
  return broken.sort();
}
