import { describe, expect, it } from '@jest/globals';
import { labelSpaceOf } from './label-space.js';
import { NEO4J_LIMITS, neo4jAddress, neo4jLimits } from './neo4j-options.js';

const options = { url: 'bolt://graph.internal:7687', user: 'neo4j', password: 'secret', labelSpace: 'Mneme' };

describe('options of Neo4j', () => {
  it('are shown without credentials', () => {
    expect(neo4jAddress(options).shown).toBe('graph.internal:7687');
  });

  it.each(['http://graph:7474', 'graph:7687', 'bolt://', ''])('refuse the address %p', (url) => {
    expect(() => neo4jAddress({ ...options, url })).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('refuse an address with credentials, and do not say them', () => {
    const refused = () => neo4jAddress({ ...options, url: 'bolt://neo4j:hidden@graph:7687' });
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid-input', detail: { field: 'url' } }));
    expect(refused).not.toThrow(/hidden/);
  });

  it('take limits that are given, and the others as they are', () => {
    expect(neo4jLimits({ poolSizeMax: 3, retriesMax: 0 })).toEqual({ ...NEO4J_LIMITS, poolSizeMax: 3, retriesMax: 0 });
  });

  it.each([{ poolSizeMax: 0 }, { answerTimeoutMs: 1.5 }, { retriesMax: -1 }])('refuse %p by its name', (limits) => {
    const [field] = Object.keys(limits);
    expect(() => neo4jLimits(limits)).toThrow(expect.objectContaining({ detail: expect.objectContaining({ field }) }));
  });

  it.each(['', '1st', 'a_b', 'a b', 'A)--() DETACH DELETE', 'x'.repeat(41)])('refuse the label space %p', (name) => {
    expect(() => labelSpaceOf(name)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
