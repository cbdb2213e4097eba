import { describe, expect, it } from '@jest/globals';
import { type SubjectId, TOPICS } from '@mneme/events';
import fc from 'fast-check';
import { type KafkaRecord, SUBJECT_HEADER } from './fetch-records.js';
import { type ScanPlace, SubjectScan, SubjectsScan } from './subject-scan.js';

const place = (isCompacted: boolean, keysMax = 1_000): ScanPlace => {
  return { topic: TOPICS.memories.name, partition: 0, isCompacted, keysMax };
};
const idOf = (subject: number) => `subject-${subject}` as SubjectId;

interface Told {
  readonly subject: number;
  readonly key: number;
  readonly isTombstone: boolean;
}
const someRecords = fc.array(
  fc.record({ subject: fc.nat({ max: 6 }), key: fc.nat({ max: 2 }), isTombstone: fc.boolean() }),
  { maxLength: 40 },
);
const keyOf = ({ subject, key }: Told) => `${idOf(subject)}/${key}`;
const recordOf = (told: Told, offset: number): KafkaRecord => ({
  offset: String(offset),
  timestamp: String(1_000 + offset),
  key: Buffer.from(keyOf(told)),
  value: told.isTombstone ? null : Buffer.from('{}'),
  headers: { [SUBJECT_HEADER]: Buffer.from(idOf(told.subject)) },
  isControlRecord: false,
});

/** What stands under each key at the end, in the order of offsets. */
function living(told: readonly Told[]) {
  return told.flatMap((one, offset) => {
    const isReplaced = told.slice(offset + 1).some((later) => keyOf(later) === keyOf(one));
    return one.isTombstone || isReplaced ? [] : [{ subject: one.subject, key: keyOf(one), offset }];
  });
}

describe('a scan for a subject', () => {
  it('finds what stands under its keys on a compacted topic, in pages by offset', () => {
    fc.assert(
      fc.property(someRecords, fc.integer({ min: 1, max: 3 }), (told, limit) => {
        const scan = new SubjectScan(place(true), idOf(3));
        for (const [offset, one] of told.entries()) scan.take(recordOf(one, offset));
        const expected = living(told).filter(({ subject }) => subject === 3);
        expect(scan.count().count).toBe(expected.length);
        expect(scan.count().lastAppendedAtMs).toBe(expected.length === 0 ? undefined : 1_000 + expected.at(-1)!.offset);
        const found = [];
        for (let page = scan.keys(-1, limit); page.length > 0; page = scan.keys(page.at(-1)!.offset, limit)) {
          found.push(...page);
        }
        expect(found).toEqual(expected.map(({ key, offset }) => ({ key, offset })));
      }),
    );
  });

  it('finds every record of value elsewhere, and forgets what the topic has forgotten', () => {
    fc.assert(
      fc.property(someRecords, fc.nat({ max: 40 }), (told, start) => {
        const scan = new SubjectScan(place(false), idOf(3));
        for (const [offset, one] of told.entries()) scan.take(recordOf(one, offset));
        scan.startsAt(start);
        const expected = told.filter((one, at) => one.subject === 3 && !one.isTombstone && at >= start);
        expect(scan.count().count).toBe(expected.length);
      }),
    );
  });

  it('holds no more keys than it may', () => {
    const scan = new SubjectScan(place(true, 1), idOf(0));
    scan.take(recordOf({ subject: 0, key: 0, isTombstone: false }, 0));
    const more = () => scan.take(recordOf({ subject: 0, key: 1, isTombstone: false }, 1));
    expect(more).toThrow(expect.objectContaining({ code: 'limit-exceeded', detail: { limit: 'scanKeysMax=1' } }));
  });
});

describe('a scan for subjects', () => {
  it.each([true, false])('finds who has a living record, by id and in pages (compacted: %s)', (isCompacted) => {
    fc.assert(
      fc.property(someRecords, fc.integer({ min: 1, max: 3 }), (told, limit) => {
        const found: SubjectId[] = [];
        let afterSubjectId: SubjectId | undefined;
        for (;;) {
          const scan = new SubjectsScan(place(isCompacted), { afterSubjectId, limit });
          for (const [offset, one] of told.entries()) scan.take(recordOf(one, offset));
          const { living: page, lookOnAfter } = scan.end();
          expect(page.length).toBeLessThanOrEqual(limit);
          found.push(...page);
          if (lookOnAfter === undefined) break;
          afterSubjectId = lookOnAfter;
        }
        const alive = isCompacted ? living(told) : told.filter(({ isTombstone }) => !isTombstone);
        const expected = [...new Set(alive.map(({ subject }) => idOf(subject)))].sort();
        expect(found).toEqual(expected);
      }),
    );
  });
});
