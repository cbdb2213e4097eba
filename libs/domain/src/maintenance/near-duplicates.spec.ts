import { describe, expect, it } from '@jest/globals';
import type { MemoryId } from '@mneme/events';
import fc from 'fast-check';
import { type Comparable, likelyDuplicates } from './near-duplicates.js';
import { agreementOf, statementOf } from './statement.js';
import type { SurveyedMemory } from './surveyed-memory.js';

let count = 0;

function comparable(text: string, given: Partial<SurveyedMemory & { speakerName: string }> = {}): Comparable {
  count += 1;
  const { speakerName, ...fields } = given;
  const memory = {
    memoryId: `m${count}` as MemoryId,
    version: count,
    kind: 'episode',
    audience: 'o',
    confidence: 0.9,
    importance: 'normal',
    occurredAtMs: 0,
    ...fields,
  } as SurveyedMemory;
  return { memory, speakerName, statement: statementOf(text) };
}

const pairsOf = (all: readonly Comparable[], agreementMin = 0.8) =>
  [...likelyDuplicates(all, agreementMin)].flatMap((one) =>
    one === undefined ? [] : [[one.memory.memoryId, ...one.of]],
  );

describe('the agreement of two statements', () => {
  const agreed = (one: string, other: string) => agreementOf(statementOf(one), statementOf(other));

  it.each([
    ["I'm in Rome.", 'I am in Rome', 1],
    ['Well, the red door', 'a red door!', 1],
    ['red door key box', 'red door key box nails', 0.8],
    ['', '', 0],
    ['red', '', 0],
  ])('of %j and %j is %d', (one, other, agreement) => {
    expect(agreed(one, other)).toBe(agreement);
    expect(agreed(other, one)).toBe(agreement);
  });

  it.each([
    ['Ana calls Ben', 'Ben calls Ana'],
    ['The door is open', 'The door is not open'],
    ['It costs 40 euros', 'It costs 50 euros'],
    ['I live in Rome', 'I lived in Rome'],
    ['We go when it rains', 'We go unless it rains'],
  ])('of %j and %j is none', (one, other) => {
    expect(agreed(one, other)).toBe(0);
  });
});

describe('likely duplicates', () => {
  const text = 'the early train to Porto is the quiet one';

  it('are told of the worse one: less sure, or older', () => {
    const [old, newer] = [comparable(text), comparable(text)];
    const [sure, critical] = [
      comparable(text, { confidence: 0.95 }),
      comparable(text, { importance: 'critical', confidence: 0.1 }),
    ];
    const ids = (...all: readonly Comparable[]) => all.map(({ memory }) => memory.memoryId);
    expect(pairsOf([old, newer, sure, critical])).toEqual([
      ids(sure, critical),
      ids(newer, critical, sure),
      ids(old, critical, sure, newer),
    ]);
  });

  it.each([
    ['audience', { audience: 't:x' as SurveyedMemory['audience'] }],
    ['department', { departmentId: 'd' as NonNullable<SurveyedMemory['departmentId']> }],
    ['kind', { kind: 'summary' as const }],
    ['speaker', { speakerName: 'Ben' }],
  ])('are never of another %s', (_, given) => {
    expect(pairsOf([comparable(text), comparable(text, given)])).toEqual([]);
  });

  it('are neither facts nor procedures, and nothing without words', () => {
    for (const kind of ['fact', 'procedure'] as const) {
      expect(pairsOf([comparable(text, { kind }), comparable(text, { kind })])).toEqual([]);
    }
    expect(pairsOf([comparable('...'), comparable('...')])).toEqual([]);
  });

  it('that speak of their day are of one day', () => {
    const said = 'I was at the dentist yesterday';
    const nextDay = { occurredAtMs: 86_400_000 };
    expect(pairsOf([comparable(said), comparable(said, nextDay)])).toEqual([]);
    expect(pairsOf([comparable(said), comparable(said)])).toHaveLength(1);
    expect(pairsOf([comparable(text), comparable(text, nextDay)])).toHaveLength(1);
  });

  it('are those that comparing all with all finds', () => {
    const words = fc.array(fc.constantFrom('red', 'kite', 'over', 'blue', 'hill', 'sea', 'not'), {
      minLength: 1,
      maxLength: 6,
    });
    const share = fc.constantFrom(0.5, 0.6, 0.75, 0.8, 1);
    fc.assert(
      fc.property(fc.array(words, { minLength: 2, maxLength: 12 }), share, (texts, agreementMin) => {
        const all = texts.map((one) => comparable(one.join(' ')));
        const newestFirst = [...all].reverse();
        const expected = newestFirst.flatMap((one, at) => {
          const like = newestFirst
            .slice(0, at)
            .filter(({ statement }) => agreementOf(one.statement, statement) >= agreementMin);
          return like.length === 0 ? [] : [[one, ...like.slice(0, 8)].map(({ memory }) => memory.memoryId)];
        });
        expect(pairsOf(all, agreementMin)).toEqual(expected);
      }),
    );
  });

  it('are found, and few of them looked at, when one text came thousands of times', () => {
    const all = Array.from({ length: 5_000 }, () => comparable(text));
    expect(pairsOf(all)).toHaveLength(4_999);
  });
});
