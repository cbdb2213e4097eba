import { describe, expect, it } from '@jest/globals';
import type { MemoryDerived, SessionEnded } from '@mneme/events';
import fc from 'fast-check';
import { DEFAULT_POLICY } from '../policy.js';
import { type OpenedEpisode, summaryIdOf, summaryOf } from './summary-memory.js';

const END = {
  type: 'session-ended',
  v: 1,
  tenantId: 'acme',
  subjectId: '1'.repeat(64),
  epoch: 2,
  endId: 'd41cd589-668f-55b9-91dd-cfb38a7e2ab6',
  sessionKey: '2'.repeat(64),
  recordedAt: 1_780_300_800_123_456,
  turnIds: ['d41cd589-668f-55b9-91dd-cfb38a7e2ab6'],
} as unknown as SessionEnded;
const CLASSES = ['user', 'agent', 'tool', 'web', 'system'] as const;
const PLACE = { audience: `u:${'1'.repeat(64)}` as never };

const episode = fc
  .record({
    sourceClass: fc.constantFrom(...CLASSES),
    trust: fc.double({ min: 0, max: 1, noNaN: true }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    contributors: fc.subarray(
      ['1', '3', '4'].map((digit) => digit.repeat(64)),
      { minLength: 1 },
    ),
    flags: fc.subarray(['decision', 'plan', 'fact']),
    agentId: fc.constantFrom('helper', 'closer', undefined),
    sourceId: fc.uuid(),
    speakerName: fc.constantFrom('Ana', undefined),
  })
  .map(
    ({ speakerName, ...memory }) =>
      ({
        memory: { occurredAt: '2026-01-01T00:00:00.000Z', ...memory },
        content: { text: 't', session: 's', speakerName },
      }) as unknown as OpenedEpisode,
  );
const parts = fc.array(episode, { minLength: 1, maxLength: 6 }).chain((episodes) =>
  fc
    .subarray(
      episodes.map((_, position) => position),
      { minLength: 1 },
    )
    .map((positions) => ({ episodes, positions })),
);
const made = ({ episodes, positions }: { episodes: readonly OpenedEpisode[]; positions: readonly number[] }) =>
  summaryOf(END, {
    episodes,
    sentences: positions.map((position) => ({ text: `said ${position}`, contributors: [position] })),
    place: PLACE,
    policy: DEFAULT_POLICY,
  });

describe('a summary', () => {
  it('exceeds none of its parents, and names all who contributed', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const summary = made(given);
        const parents = given.positions.map((position) => given.episodes[position]?.memory as MemoryDerived);
        for (const parent of parents) {
          expect(summary.trust).toBeLessThanOrEqual(parent.trust);
          expect(summary.confidence).toBeLessThanOrEqual(parent.confidence);
          for (const subjectId of parent.contributors) expect(summary.contributors).toContain(subjectId);
        }
        expect(summary.contributors).toContain(END.subjectId);
        expect(summary.derivedFrom).toEqual(parents.map(({ sourceId }) => sourceId));
        expect(summary.sourceClass).toBe(parents.reduce((a, b) => (b.trust < a.trust ? b : a)).sourceClass);
        expect(summary).toMatchObject({
          audience: PLACE.audience,
          epoch: 2,
          kind: 'summary',
          sourceId: END.sessionKey,
        });
      }),
    );
  });

  it('lives no longer than its kind, nor than any of its sources may', () => {
    const days = (sourceClass: (typeof CLASSES)[number]) => {
      const memory = { sourceClass, trust: 1, confidence: 1, contributors: [], flags: [], sourceId: 's' };
      const source = { memory: { occurredAt: 'x', ...memory }, content: { session: 's' } } as unknown as OpenedEpisode;
      const { expiresAt = '', recordedAt } = made({ episodes: [source], positions: [0] });
      return Math.round((Date.parse(expiresAt) - recordedAt / 1_000) / 86_400_000);
    };
    expect(CLASSES.map(days)).toEqual([90, 45, 90, 30, 90]);
  });

  it('is one of its session, whichever end made it, in a version of that end', () => {
    const later = { ...END, recordedAt: END.recordedAt + 5, endId: 'x' as never };
    expect(summaryIdOf(later)).toBe(summaryIdOf(END));
    expect(summaryIdOf({ ...END, sessionKey: '9'.repeat(64) as never })).not.toBe(summaryIdOf(END));
    fc.assert(
      fc.property(parts, (given) =>
        expect(made(given)).toMatchObject({ memoryId: summaryIdOf(END), version: END.recordedAt }),
      ),
    );
  });

  it('says who said what', () => {
    const of = (speakerName: string | undefined, sourceClass: string) =>
      ({
        memory: { sourceClass, trust: 1, contributors: [], flags: [] },
        content: { session: 's', speakerName },
      }) as unknown as OpenedEpisode;
    const episodes = [of('Ana', 'user'), of(undefined, 'agent'), of('Ana', 'user')];
    const sentences = [
      { text: 'a', contributors: [0] },
      { text: 'b', contributors: [1] },
      { text: 'c', contributors: [0, 2] },
      { text: 'd', contributors: [0, 1] },
    ];
    const { content } = summaryOf(END, { episodes, sentences, place: PLACE, policy: DEFAULT_POLICY });
    expect(content.text).toBe('Ana: a\nassistant: b\nAna: c\nd');
  });
});
