import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type z } from 'zod';
import * as events from './index.js';

const directory = new URL('../golden/', import.meta.url);

// Of every event and version that was ever published; a version is added, none is taken away.
const SCHEMAS: Readonly<Record<string, z.ZodObject>> = {
  'turn-received.v1': events.TurnReceivedV1,
  'memory-derived.v1': events.MemoryDerivedV1,
  'progress-noted.v1': events.ProgressNotedV1,
  'turn-discarded.v1': events.TurnDiscardedV1,
  'turn-quarantined.v1': events.TurnQuarantinedV1,
  'quarantine-decided.v1': events.QuarantineDecidedV1,
  'turn-released.v1': events.TurnReleasedV1,
  'dead-lettered.v1': events.DeadLetteredV1,
  'dead-letter-redriven.v1': events.DeadLetterRedrivenV1,
  'erasure-step-taken.v1': events.ErasureStepTakenV1,
  'recall-made.v1': events.RecallMadeV1,
  'command-given.v1': events.CommandGivenV1,
  'command-passed.v1': events.CommandPassedV1,
  'command-refused.v1': events.CommandRefusedV1,
  'session-ended.v1': events.SessionEndedV1,
};

describe('golden samples', () => {
  it('are there for every schema, and for nothing else', () => {
    const names = sampleNames().filter((name) => !name.includes('@'));
    expect(names.sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  describe.each(Object.entries(SCHEMAS))('of %s', (name, schema) => {
    const sample = readSample(name);
    const fields = Object.entries(schema.shape);
    const required = fields.filter(([, field]) => !isOptional(field)).map(([key]) => key);
    const optional = fields.filter(([, field]) => isOptional(field)).map(([key]) => key);

    it('names every field of the schema', () => {
      expect(Object.keys(sample).sort()).toEqual(fields.map(([key]) => key).sort());
    });

    it('comes back unchanged', () => {
      expect(JSON.parse(JSON.stringify(schema.parse(sample)))).toEqual(sample);
    });

    it('is read when a later writer has added a field', () => {
      expect(schema.parse({ ...sample, addedLater: { any: ['thing'] } })).toMatchObject(sample);
    });

    it.each(required)('is refused without %s', (key) => {
      const { [key]: _left, ...rest } = sample;
      expect(issuePaths(schema, rest)).toEqual([key]);
    });

    it('is read without its optional fields', () => {
      const rest = Object.fromEntries(Object.entries(sample).filter(([key]) => !optional.includes(key)));
      expect(JSON.parse(JSON.stringify(schema.parse(rest)))).toEqual(rest);
    });

    it('is refused as another event or version', () => {
      expect(issuePaths(schema, { ...sample, type: 'something-else' })).toEqual(['type']);
      expect(issuePaths(schema, { ...sample, v: 2 })).toEqual(['v']);
    });
  });
});

// `<event>.v<n>@<k>.json`: an event as it was before fields were added to that version.
describe('earlier samples', () => {
  it.each(sampleNames().filter((name) => name.includes('@')))('%s is read, and comes back unchanged', (name) => {
    const schema = SCHEMAS[name.split('@')[0] ?? ''] as z.ZodObject;
    const sample = readSample(name);
    expect(JSON.parse(JSON.stringify(schema.parse(sample)))).toEqual(sample);
  });
});

describe('scalars', () => {
  it.each(['', 'A', '-a', 'a_b', 'a'.repeat(64), 'a/b', 'ä'])('no tenant is called %p', (text) => {
    expect(events.TenantId.safeParse(text).success).toBe(false);
  });

  it.each(['a', '0', 'acme-2', 'a'.repeat(63)])('a tenant may be called %p', (text) => {
    expect(events.TenantId.parse(text)).toBe(text);
  });

  it.each(['', 'x', 'u:', 'u:abc', 'a:', 'a:/', 'o:', 't: b', `u:${'A'.repeat(64)}`])('no audience is %p', (text) => {
    expect(events.Audience.safeParse(text).success).toBe(false);
  });

  it.each([`u:${'a'.repeat(64)}`, 'a:x', 't:Team_1.b-c', 'o'])('%p is an audience', (text) => {
    expect(events.Audience.parse(text)).toBe(text);
  });

  it.each([
    '2026-05-31T22:30:15Z',
    '2026-05-31T22:30:15.2501Z',
    '2026-05-31T22:30:15.250+02:00',
    '2026-02-30T00:00:00.000Z',
  ])('an instant is UTC to the millisecond and in the calendar, so not %p', (text) => {
    expect(events.Instant.safeParse(text).success).toBe(false);
  });
});

describe('topics', () => {
  it('have distinct names of one form', () => {
    const names = Object.values(events.TOPICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^mneme\.[a-z-]+\.v[1-9]\d*$/);
  });

  it('are looked at by an erasure but for the ledger of erasures itself', () => {
    const all = Object.values(events.TOPICS).map(({ name }) => name);
    expect(all.filter((name) => !events.SUBJECT_TOPICS.includes(name))).toEqual([events.TOPICS.erasures.name]);
  });
});

function sampleNames(): readonly string[] {
  return readdirSync(directory).map((file) => file.replace(/\.json$/, ''));
}

function readSample(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, directory), 'utf8')) as Record<string, unknown>;
}

function isOptional(field: unknown): boolean {
  return (field as z.ZodType).safeParse(undefined).success;
}

function issuePaths(schema: z.ZodObject, value: unknown): readonly string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}
