import { expect, it } from '@jest/globals';
import type { TurnReceived } from '@mneme/events';
import { ClaimRates } from './claim-rates.js';

const HOUR_MICROS = 3_600_000_000;
const CLAIM = 'Quantis Ltd was verified by the board.';
const turn = (more: Partial<TurnReceived> = {}) =>
  ({ tenantId: 'acme', sourceClass: 'tool', agentId: 'bot', recordedAt: HOUR_MICROS, ...more }) as TurnReceived;
const said = (content: string, speakerName = 'search') => ({ content, session: 's', speakerName });

it('counts what one source says in one hour, whatever its case and marks, and a repeated look once', () => {
  const rates = new ClaimRates();
  const first = turn();
  expect([rates.count(first, said(CLAIM)), rates.count(first, said(CLAIM))]).toEqual([1, 1]);
  expect(rates.count(turn(), said(CLAIM.toUpperCase().replace('.', '!')))).toBe(2);
  expect(rates.count(turn(), said(CLAIM, 'crm'))).toBe(1);
  expect(rates.count(turn({ sourceClass: 'web' }), said(CLAIM))).toBe(1);
  expect(rates.count(turn({ tenantId: 'other' as TurnReceived['tenantId'] }), said(CLAIM))).toBe(1);
  expect(rates.count(turn({ recordedAt: 2 * HOUR_MICROS }), said(CLAIM))).toBe(1);
  expect(rates.count(turn(), said('Too short to count.'))).toBe(0);
});
