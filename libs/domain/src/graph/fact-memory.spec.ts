import { describe, expect, it } from '@jest/globals';
import type { MemoryContent, MemoryDerived } from '@mneme/events';
import { factsOf } from '../facts/facts-of.js';
import type { StatedFact } from '../facts/stated-fact.js';
import { entityIdOf, indexKeysOf, personOf } from '../index-keys.js';
import { DEFAULT_POLICY } from '../policy.js';
import { dataKeysOf } from '../sealing.js';
import { factMemoriesOf, FACTS_PER_TURN_MAX } from './fact-memory.js';
import { graphFactOf } from './graph-fact.js';
import { inForce } from './in-force.js';

const indexKeys = indexKeysOf(new Uint8Array(32).fill(1));
const dataKeys = dataKeysOf(new Uint8Array(32).fill(2));
const SUBJECT = 'a'.repeat(64) as MemoryDerived['subjectId'];

const EPISODE: MemoryDerived = {
  type: 'memory-derived',
  v: 1,
  memoryId: 'c2a7e9d4-1b3f-5a68-9c0d-7e8f6a5b4c3d' as MemoryDerived['memoryId'],
  version: 1_780_300_800_123_456,
  tenantId: 'acme' as MemoryDerived['tenantId'],
  subjectId: SUBJECT,
  contributors: [SUBJECT],
  sessionKey: 'b'.repeat(64) as MemoryDerived['sessionKey'],
  sourceId: '5b0f3c1e-7d2a-5e44-8f6b-0c9d1a2b3e4f' as MemoryDerived['sourceId'],
  audience: `u:${SUBJECT}` as MemoryDerived['audience'],
  kind: 'episode',
  flags: [],
  sourceClass: 'user',
  trust: 0.7,
  confidence: 0.9,
  importance: 'normal',
  occurredAt: '2026-05-31T22:30:15.250Z',
  recordedAt: 1_780_300_800_123_456,
  expiresAt: '2026-08-30T08:00:00.123Z',
  derivedFrom: ['5b0f3c1e-7d2a-5e44-8f6b-0c9d1a2b3e4f'],
  epoch: 3,
  sealed: 'x'.repeat(40),
};
const CONTENT: MemoryContent = { text: 'said', session: 's1', speakerName: 'Ana', zone: '+01:00' };
const context = { content: CONTENT, policy: DEFAULT_POLICY, indexKeys, dataKeys };

const home = (name: string, given: Partial<StatedFact> = {}): StatedFact => ({
  subject: 'speaker',
  predicate: 'lives_in',
  object: { type: 'place', name },
  isNegated: false,
  isCorrection: false,
  text: `Ana lives in ${name}.`,
  certainty: 'stated',
  ...given,
});
const one = (stated: StatedFact, episode = EPISODE) => {
  const [memory] = factMemoriesOf(episode, [stated], context);
  if (memory?.fact === undefined) throw new Error('no fact');
  return { ...memory, fact: memory.fact };
};

describe('the memory of a fact', () => {
  it('takes its cause, times and marks from the episode, and its own expiry', () => {
    const { content, ...memory } = one(home('Lisbon'));
    expect(memory).toMatchObject({
      kind: 'fact',
      version: EPISODE.version,
      recordedAt: EPISODE.recordedAt,
      occurredAt: EPISODE.occurredAt,
      sourceId: EPISODE.sourceId,
      audience: EPISODE.audience,
      epoch: 3,
      trust: 0.7,
      confidence: 0.9,
      derivedFrom: [EPISODE.memoryId],
    });
    expect(memory.expiresAt).toBeUndefined();
    expect(content).toMatchObject({ text: 'Ana lives in Lisbon.', names: { subject: 'Ana', object: 'Lisbon' } });
  });

  it('has no readable name in the clear', () => {
    const { content: _, ...memory } = one(home('Lisbon', { qualifier: 'second home' }));
    expect(JSON.stringify(memory)).not.toMatch(/lisbon|ana\b|second/i);
  });

  it('is the same whenever it is derived, and another for each ordinal', () => {
    const stated = [home('Lisbon'), home('Porto')];
    const memories = factMemoriesOf(EPISODE, stated, context);
    expect(factMemoriesOf(EPISODE, stated, context)).toEqual(memories);
    expect(new Set(memories.map(({ memoryId }) => memoryId)).size).toBe(2);
  });

  it('is believed less, and not for ever, when nobody said it outright', () => {
    const inferred = one(home('Lisbon', { certainty: 'inferred' }));
    expect(inferred.confidence).toBeCloseTo(0.54);
    expect(inferred.expiresAt).toBe('2026-11-28T08:00:00.123Z');
    const byAgent = one(home('Lisbon'), { ...EPISODE, sourceClass: 'agent', confidence: 0.6 });
    expect(byAgent.confidence).toBeCloseTo(0.36);
    expect(one(home('Lisbon'), { ...EPISODE, sourceClass: 'tool', confidence: 0.8 }).confidence).toBe(0.8);
    expect(one(home('Lisbon'), { ...EPISODE, confidence: 0.2 }).confidence).toBe(0.2);
  });

  it('is believed as the policy says, when nobody said it outright', () => {
    const policy = { ...context.policy, facts: { inferredShare: 0.5, inferredDays: null } };
    const [inferred] = factMemoriesOf(EPISODE, [home('Lisbon', { certainty: 'inferred' })], { ...context, policy });
    expect(inferred?.confidence).toBe(0.45);
    expect(inferred?.expiresAt).toBeUndefined();
  });

  it('stops at the limit of a turn', () => {
    const many = Array.from({ length: FACTS_PER_TURN_MAX + 5 }, (_, at) => home(`place ${at}`));
    expect(factMemoriesOf(EPISODE, many, context)).toHaveLength(FACTS_PER_TURN_MAX);
  });
});

describe('the edge of a fact', () => {
  it('hangs on the person that the subject is, whatever the name, and gives the name as an alias', () => {
    const { fact } = one(home('Lisbon'));
    expect(fact.subjectEntity).toBe(personOf(indexKeys, SUBJECT));
    expect(fact.aliases).toEqual([{ entity: fact.subjectEntity, alias: entityIdOf(indexKeys, 'person', 'ana') }]);
    expect(fact.objectEntity).toBe(entityIdOf(indexKeys, 'place', 'lisbon'));
  });

  it('tells entities apart by type and tenant, and not by how they are written', () => {
    expect(one(home('  LISBON ')).fact.objectEntity).toBe(one(home('Lisbon')).fact.objectEntity);
    expect(entityIdOf(indexKeys, 'person', 'lisbon')).not.toBe(entityIdOf(indexKeys, 'place', 'lisbon'));
    const other = indexKeysOf(new Uint8Array(32).fill(9));
    expect(entityIdOf(other, 'place', 'lisbon')).not.toBe(entityIdOf(indexKeys, 'place', 'lisbon'));
  });

  it('gives the other names of an entity as aliases', () => {
    const sister = { type: 'person', name: 'Anna', aliases: ['my sister', 'Anna'] } as const;
    const { fact } = one(home('', { predicate: 'related_to_person', object: sister, qualifier: 'sister' }));
    const entity = entityIdOf(indexKeys, 'person', 'anna');
    expect(fact.aliases).toContainEqual({ entity, alias: entityIdOf(indexKeys, 'person', 'sister') });
    expect(fact.aliases).toHaveLength(2);
  });

  it('hashes values under the key of the subject', () => {
    const stated = home('', { predicate: 'has_role', object: { value: 'Nurse' } });
    const { valueHash } = one(stated).fact;
    expect(one(home('', { predicate: 'has_role', object: { value: ' nurse' } })).fact.valueHash).toBe(valueHash);
    const others = { ...context, dataKeys: dataKeysOf(new Uint8Array(32).fill(7)) };
    expect(factMemoriesOf(EPISODE, [stated], others)[0]?.fact?.valueHash).not.toBe(valueHash);
  });

  it('ends what its rule says: the predicate, its qualifier, its object, or the opposite', () => {
    const thing = (name: string) => ({ object: { type: 'thing', name } }) as const;
    const meets = (later: StatedFact, earlier: StatedFact) =>
      one(earlier).fact.slots.some((slot) => one(later).fact.ends.includes(slot));
    const prefers = (name: string, qualifier?: string) =>
      home('', { predicate: 'prefers', ...thing(name), ...(qualifier === undefined ? {} : { qualifier }) });
    expect(meets(home('Porto'), home('Lisbon'))).toBe(true);
    expect(meets(home('Porto', { isNegated: true }), home('Lisbon'))).toBe(false);
    expect(meets(home('Lisbon', { isNegated: true }), home('Lisbon'))).toBe(true);
    expect(meets(prefers('tea'), prefers('coffee'))).toBe(false);
    expect(meets(prefers('blue', 'colour'), prefers('red', 'colour'))).toBe(true);
    expect(meets(prefers('blue', 'colour'), prefers('red', 'wine'))).toBe(false);
    expect(meets(prefers('tea'), home('', { predicate: 'avoids', ...thing('tea') }))).toBe(true);
    expect(meets(prefers('tea'), home('', { predicate: 'avoids', ...thing('milk') }))).toBe(false);
    const avoids = (name: string) => home('', { predicate: 'avoids', ...thing(name) });
    for (const [one, other] of [
      ['window seat', 'window seats'],
      ['window seats', 'the window seat'],
      ['window seats', 'window seats'],
    ] as const) {
      expect([meets(prefers(one), prefers(other)), meets(prefers(one), avoids(other))]).toEqual([true, true]);
    }
    expect(meets(prefers('window seats'), prefers('aisle seats'))).toBe(false);
    const bens = { subject: { type: 'person', name: 'Ben' } } as const;
    expect(meets(home('Porto', bens), home('Lisbon'))).toBe(false);
  });
});

describe('a liking and the avoidance of the same thing', () => {
  it.each([
    ['I like olives.', 'I avoid olives.'],
    ['I hate coffee.', 'I love coffee now.'],
    ['My favourite food is sushi.', 'I avoid sushi.'],
    ["I can't stand mushrooms.", 'I like mushrooms.'],
  ])('%s ends when one says: %s', (first, second) => {
    const facts = [first, second].flatMap((text, at) => {
      const occurredAt = `2026-05-3${at}T00:00:00.000Z`;
      const [stated] = factsOf(text, { role: 'user', occurredAt });
      const sourceId = `5b0f3c1e-7d2a-5e44-8f6b-0c9d1a2b3e4${at}` as MemoryDerived['sourceId'];
      const recordedAt = EPISODE.recordedAt + at;
      const { content: _, ...memory } = one(stated as StatedFact, { ...EPISODE, occurredAt, sourceId, recordedAt });
      return graphFactOf({ ...memory, sealed: EPISODE.sealed }) ?? [];
    });
    const at = { validAtMs: Date.UTC(2026, 6), knownAt: Number.MAX_SAFE_INTEGER };
    expect(facts).toHaveLength(2);
    expect(inForce(facts, at)).toEqual([facts[1]]);
    expect(inForce([...facts].reverse(), at)).toEqual([facts[1]]);
  });
});

describe('the record of the graph', () => {
  it('is made of the event alone, and of facts alone', () => {
    const { content: _, ...memory } = one(home('Lisbon', { validFrom: '2020-01-01T00:00:00.000Z' }));
    const event = { ...memory, sealed: EPISODE.sealed };
    expect(graphFactOf(event)).toMatchObject({ validFromMs: Date.UTC(2020, 0), memoryId: memory.memoryId });
    expect(graphFactOf(EPISODE)).toBeUndefined();
    expect(() => graphFactOf({ ...EPISODE, kind: 'fact' })).toThrow('no edge');
  });
});
