import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readOccurredAt } from './occurred-at.js';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const at = { index: 3, nowMs: NOW_MS, clockAheadMsMax: 300_000 };

describe('the time of a turn', () => {
  it.each([
    ['2026-03-14T09:26:53Z', '2026-03-14T09:26:53.000Z', 'Z'],
    ['2026-03-14t09:26:53.1239z', '2026-03-14T09:26:53.123Z', 'Z'],
    ['2026-03-14T01:26:53+02:00', '2026-03-13T23:26:53.000Z', '+02:00'],
    ['2024-02-29T00:00:00-11:30', '2024-02-29T11:30:00.000Z', '-11:30'],
    ['2000-02-29T00:00:00-00:00', '2000-02-29T00:00:00.000Z', '-00:00'],
    ['2026-06-01T00:05:00Z', '2026-06-01T00:05:00.000Z', 'Z'],
  ])('reads %s', (text, instant, zone) => {
    expect(readOccurredAt(text, at)).toEqual({ epochMs: Date.parse(instant), zone });
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '0000-12-31T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
  ])('refuses %s, which no calendar has', (text) => {
    expect(() => readOccurredAt(text, at)).toThrow('no calendar has this time');
  });

  it.each([
    '',
    'yesterday',
    '2026-03-14',
    '2026-03-14 09:26:53Z',
    '2026-03-14T09:26Z',
    '1773480413',
    '+012026-01-01T00:00:00Z',
  ])('refuses "%s", which is no instant', (text) => {
    expect(() => readOccurredAt(text, at)).toThrow('an RFC 3339 instant is expected');
  });

  it('says what is missing when there is no offset, and names the turn', () => {
    expect(() => readOccurredAt('2026-03-14T09:26:53', at)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('add Z or an offset'),
        detail: { field: 'turns[3].occurredAt', index: 3, sent: 'text of 19 characters' },
      }),
    );
  });

  it('refuses what is further ahead of the clock than the limit, and says by how much', () => {
    expect(() => readOccurredAt('2026-06-01T00:05:00.001Z', at)).toThrow(
      expect.objectContaining({
        code: 'limit-exceeded',
        detail: expect.objectContaining({ limit: 'clockAheadMsMax=300000', sent: '300001 ms ahead' }),
      }),
    );
  });

  it('reads every past instant back as it was written', () => {
    const past = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date(NOW_MS), noInvalidDate: true });
    fc.assert(
      fc.property(past, (date) => {
        expect(readOccurredAt(date.toISOString(), at).epochMs).toBe(date.getTime());
      }),
    );
  });
});
