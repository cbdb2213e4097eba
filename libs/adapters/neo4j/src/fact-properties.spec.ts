import { describe, expect, it } from '@jest/globals';
import { aFact, anEntity } from '@mneme/testing';
import neo4j from 'neo4j-driver';
import { aliasPropertiesOf, factOf, factPropertiesOf, isSameProperties, sentProperties } from './fact-properties.js';

describe('properties of a fact', () => {
  const [entity, alias] = [anEntity(), anEntity()];
  const facts = [
    aFact(),
    aFact({ predicate: 'prefers', isNegated: true, validTo: '2029-01-01T00:00:00.000Z' }),
    aFact({ predicate: 'account_is', valueHash: 'ab'.repeat(16), isCorrection: true }),
    aFact({ subjectEntity: entity, aliases: [{ entity, alias }], validFrom: '0001-01-01T00:00:00.000Z' }),
    aFact({ memory: { departmentId: 'sales' as never, expiresAt: '2030-01-01T00:00:00.000Z' } }),
  ];

  it.each(facts)('say all of it', (fact) => {
    expect(factOf(factPropertiesOf(fact))).toEqual(fact);
  });

  it('have room for all that a fact may end, and refuse more', () => {
    const endsOf = (count: number) => Array.from({ length: count }, (_, i) => String(i).padStart(32, 'a'));
    const full = { ...aFact(), ends: endsOf(5) } as ReturnType<typeof aFact>;
    expect(factOf(factPropertiesOf(full))).toEqual(full);
    const more = { ...full, ends: endsOf(6) } as ReturnType<typeof aFact>;
    expect(() => factPropertiesOf(more)).toThrow('more than 5');
  });

  it('go out with whole numbers as such, and others as they are', () => {
    const { version, recordedAt, validFromMs, trust, wordAtMs } = sentProperties(
      factPropertiesOf(aFact({ isNegated: true, memory: { trust: 1 } })),
    );
    for (const whole of [version, recordedAt, validFromMs, wordAtMs]) expect(neo4j.isInt(whole as never)).toBe(true);
    expect(trust).toBe(1);
  });

  it('are compared value by value', () => {
    const [fact] = facts;
    const properties = factPropertiesOf(fact as (typeof facts)[number]);
    expect(isSameProperties(properties, { ...properties, aliases: [] })).toBe(true);
    expect(isSameProperties(properties, { ...properties, trust: 0.1 })).toBe(false);
    expect(isSameProperties(properties, { ...properties, aliases: [entity, alias] })).toBe(false);
    expect(isSameProperties(properties, { ...properties, wideSlot: undefined, more: 1 })).toBe(false);
    const { trust: _, ...less } = properties;
    expect(isSameProperties(properties, less)).toBe(false);
  });

  it.each([
    ['lacks its slot', { ownSlot: undefined }],
    ['ends nothing', { end0: undefined }],
    ['has half a name', { aliases: [entity] }],
    ['has no list of names', { aliases: entity }],
    ['takes back without saying so', { wordAtMs: 1 }],
    ['says so and is not found by it', { isNegated: true }],
  ])('of a fact that %s are damage', (_, damage) => {
    const properties = { ...factPropertiesOf(aFact()), ...damage };
    expect(() => factOf(properties)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('give a name once, however often it was said', () => {
    const names = [
      { entity, alias },
      { entity, alias },
    ];
    expect(aliasPropertiesOf(aFact({ aliases: names }))).toHaveLength(1);
  });
});
