import { describe, expect, it } from '@jest/globals';
import type { DepartmentId, TurnId } from '@mneme/events';
import { instantOf } from '@mneme/domain';
import { aHandOff, aSessionDocument, aTurn } from '@mneme/testing';
import fc from 'fast-check';
import { documentEntryOf, placeOf, turnEntryOf } from './record-entries.js';

const INSTANT_MS = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59Z') });
const RECORDED_AT = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('entries of turns', () => {
  it('are ordered by time, then by when they were recorded, then by id', () => {
    const place = fc.tuple(INSTANT_MS, RECORDED_AT, fc.uuid());
    fc.assert(
      fc.property(place, place, fc.boolean(), fc.boolean(), (one, other, sameTime, sameRecord) => {
        const second = [sameTime ? one[0] : other[0], sameRecord ? one[1] : other[1], other[2]] as const;
        const [a, b] = [one, second].map(([ms, recordedAt, turnId]) =>
          turnEntryOf(aTurn({ occurredAt: instantOf(ms), recordedAt, turnId: turnId as TurnId })),
        ) as [string, string];
        const wanted = one[0] - second[0] || one[1] - second[1] || (one[2] < second[2] ? -1 : 1);
        if (one[2] !== second[2]) expect(a < b).toBe(wanted < 0);
      }),
    );
  });

  it('have as many parts whatever is absent', () => {
    const departmentId = 'care' as DepartmentId;
    for (const given of [{}, { departmentId }]) expect(turnEntryOf(aTurn(given)).split(' ')).toHaveLength(6);
    for (const document of [aSessionDocument(), aHandOff({ departmentId })]) {
      expect(documentEntryOf(document).split(' ')).toHaveLength(8);
    }
  });
});

describe('places of documents', () => {
  it('are one for the task of a subject, and one an audience for the rest', () => {
    const document = aSessionDocument();
    expect(placeOf('task', document)).toBe(`task/${document.subjectId}/`);
    expect(placeOf('hand-off', document)).toBe(`hand-off/${document.subjectId}/${document.audience}`);
  });
});
