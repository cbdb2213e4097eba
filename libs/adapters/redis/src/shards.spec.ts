import { describe, expect, it } from '@jest/globals';
import { randomTenantId } from '@mneme/testing';
import { Shards } from './shards.js';

describe('roots of keys', () => {
  it('are the same for a tenant at each start', () => {
    const tenantId = randomTenantId();
    expect(new Shards('mneme').rootOf(tenantId)).toBe(new Shards('mneme').rootOf(tenantId));
  });

  it('spread tenants over all of them, each in a hash tag that other prefixes do not have', () => {
    const shards = new Shards('mneme');
    const used = new Set(Array.from({ length: 1_000 }, () => shards.rootOf(randomTenantId())));
    expect([...used].sort()).toEqual([...shards.roots].sort());
    const tagOf = (root: string) => /\{(.+)\}/.exec(root)?.[1] ?? '';
    const tags = [...shards.roots, ...new Shards('acme').roots].map(tagOf);
    expect(new Set(tags).size).toBe(tags.length);
  });

  it.each(['', '{mneme}', 'a b', 'x'.repeat(65), '*'])('are not made of the prefix "%s"', (keyPrefix) => {
    expect(() => new Shards(keyPrefix)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
