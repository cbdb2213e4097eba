import { describe, expect, it } from '@jest/globals';
import { type EngineFacts, requireUsable, warningsOf } from './engine-facts.js';

const ADDRESS = 'cache:6379';
const facts = (given: Partial<EngineFacts> = {}): EngineFacts => {
  return { majorVersion: 7, isReplica: false, evicts: false, persistence: [], ...given };
};

describe('an engine', () => {
  it('is used when it is set up as it should be, without a word', () => {
    expect(() => requireUsable(facts(), ADDRESS)).not.toThrow();
    expect(warningsOf(facts(), ADDRESS)).toEqual([]);
  });

  it.each([
    ['too old', { majorVersion: 6 }, 'Redis at cache:6379 is of version 6; 7 or newer is needed'],
    ['a replica', { isReplica: true }, 'Redis at cache:6379 is a replica; name the primary'],
    ['one that evicts', { evicts: true }, 'Redis at cache:6379 may evict keys; set maxmemory-policy noeviction'],
  ])('is refused in one line when it is %s', (_, given, message) => {
    expect(() => requireUsable(facts(given), ADDRESS)).toThrow(
      expect.objectContaining({ code: 'unavailable', message }),
    );
  });

  it('is used with a warning when it writes to a disk, or does not say', () => {
    expect(() => requireUsable(facts({ persistence: ['appendonly'] }), ADDRESS)).not.toThrow();
    expect(warningsOf(facts({ persistence: ['appendonly', 'save'] }), ADDRESS)).toEqual([
      expect.stringContaining('(appendonly and save)'),
    ]);
    expect(warningsOf(facts({ persistence: undefined }), ADDRESS)).toHaveLength(1);
  });
});
