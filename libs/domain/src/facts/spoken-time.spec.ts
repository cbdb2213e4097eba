import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../time.js';
import { factsOf } from './facts-of.js';
import { timeIn, validityOf } from './spoken-time.js';
import type { StatementContext } from './stated-fact.js';

// A Tuesday, half past two in Berlin.
const said: StatementContext = { role: 'user', occurredAt: '2026-03-10T13:30:00.000Z', zone: '+01:00' };

describe('timeIn', () => {
  it.each([
    ['tomorrow at 9:30', '2026-03-11T08:30:00.000Z'],
    ['on Friday at 3pm', '2026-03-13T14:00:00.000Z'],
    ['next Monday', '2026-03-15T23:00:00.000Z'],
    ['on 14 April', '2026-04-13T23:00:00.000Z'],
    ['the day after tomorrow', '2026-03-11T23:00:00.000Z'],
    ['2026-05-04', '2026-05-03T23:00:00.000Z'],
    ['in two weeks', '2026-03-23T23:00:00.000Z'],
  ])('resolves "%s" on the speaker’s clock', (text, instant) => {
    expect(timeIn(text, said, 'future')?.instant).toBe(instant);
  });

  it.each([
    ['yesterday', '2026-03-08T23:00:00.000Z'],
    ['last month', '2026-01-31T23:00:00.000Z'],
    ['in 2021', '2020-12-31T23:00:00.000Z'],
    ['January', '2025-12-31T23:00:00.000Z'],
    ['August', '2025-07-31T23:00:00.000Z'],
    ['two years ago', '2023-12-31T23:00:00.000Z'],
  ])('looks back for "%s", and a month or a year is its first instant', (text, instant) => {
    expect(timeIn(text, said, 'past')?.instant).toBe(instant);
  });

  it.each([
    '31 February',
    'February 30',
    '30/02/2026',
    '2026-02-31',
    '31 February 2026',
    '29 February 2025',
    '31 April',
    '32 May',
  ])('takes "%s" for no time, never for a shifted one', (text) => {
    expect(timeIn(`on ${text}`, said, 'future')).toBeUndefined();
    expect(timeIn(`on ${text}`, said, 'past')).toBeUndefined();
    expect(factsOf(`The workshop is on ${text}.`, said)).toEqual([]);
  });

  it('moves with the zone and with nothing of the machine', () => {
    const west = { ...said, zone: '-08:00' };
    expect(timeIn('tomorrow', west, 'future')?.instant).toBe('2026-03-11T08:00:00.000Z');
    expect(timeIn('tomorrow', { role: 'user', occurredAt: said.occurredAt }, 'future')?.day).toBe('2026-03-11');
  });

  it('gives "today" the day on the speaker’s clock, whatever the turn’s time and offset', () => {
    const epochMs = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 0, 1) });
    const offsetMinutes = fc.integer({ min: -12 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(epochMs, offsetMinutes, (ms, minutes) => {
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
        const local = instantOf(ms + minutes * 60_000).slice(0, 10);
        expect(timeIn('today', { role: 'user', occurredAt: instantOf(ms), zone }, 'future')?.day).toBe(local);
      }),
    );
  });

  it('has no time without a turn’s time', () => {
    expect(timeIn('tomorrow', { role: 'user', occurredAt: 'soon' }, 'future')).toBeUndefined();
  });
});

describe('validityOf', () => {
  it.each([
    [
      'I lived in Rome from 2015 to 2018',
      'none',
      { validFrom: '2014-12-31T23:00:00.000Z', validTo: '2017-12-31T23:00:00.000Z' },
    ],
    ['I live in Rome since 2018', 'none', { validFrom: '2017-12-31T23:00:00.000Z' }],
    ['I am on leave until Monday', 'none', { validTo: '2026-03-15T23:00:00.000Z' }],
    ['I moved last month', 'begins', { validFrom: '2026-01-31T23:00:00.000Z' }],
    ['I left in 2022', 'ends', { validTo: '2021-12-31T23:00:00.000Z' }],
    ['I live in Rome in 2021', 'none', {}],
    ['I was there from 2018 to 2015', 'none', {}],
    ['I live here since 31 February', 'none', {}],
  ] as const)('of "%s"', (text, event, expected) => {
    expect(validityOf(text, said, event)).toEqual(expected);
  });
});
