import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { indexedTextOf } from './indexed-text.js';
import { epochMsOf, instantOf, offsetOf } from './time.js';

const content = { text: 'we climbed', session: 's' };

describe('indexedTextOf', () => {
  it.each([
    ['UTC when no zone was given', '2023-05-08T23:30:00.000Z', undefined, '[8 May 2023] we climbed'],
    ['Z', '2023-05-08T23:30:00.000Z', 'Z', '[8 May 2023] we climbed'],
    ['the next day in the east', '2023-05-08T23:30:00.000Z', '+02:00', '[9 May 2023] we climbed'],
    ['the day before in the west', '2023-01-01T00:30:00.000Z', '-05:00', '[31 December 2022] we climbed'],
    ['half an hour west of UTC', '2024-03-01T00:15:00.000Z', '-00:30', '[29 February 2024] we climbed'],
    ['quarters of an hour', '2023-05-08T18:20:00.000Z', '+05:45', '[9 May 2023] we climbed'],
    ['the easternmost zone', '2023-12-31T10:00:00.000Z', '+14:00', '[1 January 2024] we climbed'],
  ])('shows the day on the clock of the speaker: %s', (_name, occurredAt, zone, expected) => {
    expect(indexedTextOf({ ...content, ...(zone === undefined ? {} : { zone }) }, occurredAt)).toBe(expected);
  });

  it('names the speaker', () => {
    expect(indexedTextOf({ ...content, speakerName: 'Ana' }, '2023-05-08T10:00:00.000Z')).toBe(
      '[8 May 2023] Ana: we climbed',
    );
  });

  it('does not depend on the zone of the machine', () => {
    const days = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2025, month, 15, 23, 59)).toISOString());
    expect(days.map((day) => indexedTextOf(content, day).split(' ')[1])).toEqual([
      ...['January', 'February', 'March', 'April', 'May', 'June'],
      ...['July', 'August', 'September', 'October', 'November', 'December'],
    ]);
  });

  it('agrees with the calendar for every instant and offset', () => {
    const instant = fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: -12 * 60, max: 14 * 60 }), (at, minutes) => {
        const sign = minutes < 0 ? '-' : '+';
        const part = (n: number) => String(n).padStart(2, '0');
        const zone = `${sign}${part(Math.floor(Math.abs(minutes) / 60))}:${part(Math.abs(minutes) % 60)}`;
        const day = new Date(at.getTime() + minutes * 60_000).getUTCDate();
        expect(indexedTextOf({ ...content, zone }, at.toISOString())).toMatch(new RegExp(`^\\[${day} `));
      }),
    );
  });
});

describe('instants', () => {
  it('go to milliseconds and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (epochMs) => {
        expect(instantOf(epochMs)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(epochMsOf(instantOf(epochMs))).toBe(epochMs);
      }),
    );
  });

  it.each([
    ['2023-05-08T13:56:00Z', 'Z'],
    ['2023-05-08T13:56:00.123z', 'Z'],
    ['2023-05-08T13:56:00+02:00', '+02:00'],
    ['2023-05-08T13:56:00.5-11:30', '-11:30'],
    ['2023-05-08', 'Z'],
  ])('%s was given in the offset %s', (instant, offset) => {
    expect(offsetOf(instant)).toBe(offset);
  });
});
