import { describe, expect, it } from '@jest/globals';
import { SCRIPTS } from './lua/scripts.js';

const COMMANDS = new Set(
  SCRIPTS.flatMap(({ source }) => [...source.matchAll(/redis\.call\('([A-Z]+)'/g)].map(([, name]) => name as string)),
);

describe('scripts', () => {
  it('look for nothing by listing keys, and drop nothing but what they name', () => {
    expect(COMMANDS.size).toBeGreaterThan(10);
    const refused = ['SCAN', 'KEYS', 'HSCAN', 'SSCAN', 'ZSCAN', 'RANDOMKEY', 'FLUSHDB', 'FLUSHALL', 'SORT'];
    expect(refused.filter((name) => COMMANDS.has(name))).toEqual([]);
  });

  it('call no command that is not written out', () => {
    for (const { source } of SCRIPTS) expect(source.match(/redis\.p?call\((?!')/g)).toBeNull();
  });

  it('have a name each', () => {
    expect(new Set(SCRIPTS.map(({ sha1 }) => sha1)).size).toBe(SCRIPTS.length);
  });
});
