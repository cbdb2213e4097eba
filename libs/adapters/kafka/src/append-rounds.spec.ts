import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { LogAppend } from '@mneme/ports';
import fc from 'fast-check';
import { type AppendCall, roundsOf, sizeOf } from './append-rounds.js';

const NAMES = [TOPICS.turns.name, TOPICS.memories.name, TOPICS.discarded.name] as const;
const EMPTY = sizeOf({ topic: NAMES[0], partition: 0, key: '', value: null });
const appendBatchBytesMax = 3 * EMPTY + 60;

const anAppend = fc.record({
  topic: fc.constantFrom(...NAMES),
  partition: fc.nat({ max: 2 }),
  key: fc.constant(''),
  value: fc.nat({ max: 400 }).map((bytes) => 'x'.repeat(bytes)),
});
const someCalls = fc.array(
  fc.array(anAppend, { minLength: 1, maxLength: 8 }).map((appends): AppendCall => ({ appends })),
  { minLength: 1, maxLength: 6 },
);
const placeOf = ({ topic, partition }: LogAppend) => `${topic}/${partition}`;

describe('rounds of appends', () => {
  const placesIn = (calls: readonly AppendCall[]) =>
    roundsOf(calls, { appendBatchBytesMax }).flatMap(({ partitions }, round) =>
      [...partitions].flatMap(([place, { placed }]) => placed.map((one) => ({ round, place, ...one }))),
    );

  it('have each append once, in its partition, and each partition in the order of the calls', () => {
    fc.assert(
      fc.property(someCalls, (calls) => {
        const placed = placesIn(calls);
        const expected = calls.flatMap((call) => call.appends.map((append) => ({ append, place: placeOf(append) })));
        expect(placed).toHaveLength(expected.length);
        for (const place of new Set(expected.map((one) => one.place))) {
          expect(placed.filter((one) => one.place === place).map(({ append }) => append)).toEqual(
            expected.filter((one) => one.place === place).map(({ append }) => append),
          );
        }
      }),
    );
  });

  it('keep a batch within its bytes unless one record is larger', () => {
    fc.assert(
      fc.property(someCalls, (calls) => {
        for (const { partitions } of roundsOf(calls, { appendBatchBytesMax })) {
          for (const { placed, bytes } of partitions.values()) {
            expect(bytes).toBe(placed.reduce((sum, { append }) => sum + sizeOf(append), 0));
            if (placed.length > 1) expect(bytes).toBeLessThanOrEqual(appendBatchBytesMax);
          }
        }
      }),
    );
  });

  it('keep what one call has for a partition in one batch while it has room there', () => {
    fc.assert(
      fc.property(someCalls, (calls) => {
        const placed = placesIn(calls);
        for (const call of calls) {
          for (const place of new Set(call.appends.map(placeOf))) {
            const own = placed.filter((one) => one.call === call && one.place === place);
            const bytes = own.reduce((sum, { append }) => sum + sizeOf(append), 0);
            if (bytes <= appendBatchBytesMax) expect(new Set(own.map(({ round }) => round)).size).toBe(1);
          }
        }
      }),
    );
  });

  it('have a later topic of a call in later rounds, and say with which round a call is done', () => {
    fc.assert(
      fc.property(someCalls, (calls) => {
        const placed = placesIn(calls);
        const completes = roundsOf(calls, { appendBatchBytesMax }).map((round) => round.completes);
        for (const call of calls) {
          const own = placed.filter((one) => one.call === call);
          const topics = [...new Set(call.appends.map(({ topic }) => topic))];
          const roundsIn = topics.map((topic) =>
            own.filter(({ append }) => append.topic === topic).map((one) => one.round),
          );
          for (let at = 1; at < topics.length; at += 1)
            expect(Math.min(...roundsIn[at]!)).toBeGreaterThan(Math.max(...roundsIn[at - 1]!));
          const last = Math.max(...own.map(({ round }) => round));
          expect(completes.map((done) => done.includes(call))).toEqual(completes.map((_, round) => round === last));
        }
      }),
    );
  });
});
