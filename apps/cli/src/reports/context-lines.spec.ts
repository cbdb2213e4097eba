import { describe, expect, it } from '@jest/globals';
import type { BuildContextResponse, ContextCost } from '@mneme/client';
import { contextLines } from './context-lines.js';

const cost: ContextCost = {
  model: 'gpt-4o',
  countedBy: 'estimate',
  tokens: 900,
  budgetTokens: 4_000,
  priceUsd: 0.00225,
  replayTurns: 60,
  replayTokens: 3_000,
  replayPriceUsd: 0.0075,
  replayIsWhole: true,
  savedShare: 0.7,
  pricedOn: '2025-08-01',
};
const answer: BuildContextResponse = {
  text: 'the text',
  role: 'user',
  items: [{ part: 'memory', id: 'm', tokens: 20 }],
  parts: [
    { name: 'memory', state: 'answered', tokens: 20, items: 1, found: 3, tookMs: 4.5 },
    { name: 'turn', state: 'timed-out', tokens: 0, items: 0, found: 0, tookMs: 2_000 },
  ],
  leftOut: [
    { part: 'memory', id: 'a', reason: 'over-budget', tokens: 9_000 },
    { part: 'memory', id: 'b', reason: 'over-budget', tokens: 9_000 },
  ],
  cost,
  freshness: 'behind',
  failedTurnIds: [],
  legs: [],
  dropped: [],
};
const textOf = (given: Partial<BuildContextResponse> = {}, explain = false) =>
  contextLines({ ...answer, ...given }, explain).join('\n');

describe('contextLines', () => {
  it('gives the text first, then what it costs and what is missing', () => {
    const text = textOf();
    expect(text.startsWith('the text\n\n')).toBe(true);
    expect(text).toContain('1 item');
    expect(text).toContain('about 900 of 4,000 tokens, $0.00225 for gpt-4o (2025-08-01)');
    expect(text).toContain("a replay of the session's 60 turns: 3,000 tokens, $0.00750; the context is 70 % less");
    expect(text).toContain('missing: turn timed-out');
    expect(text).toContain('ask again in a moment');
    expect(text).not.toContain('over-budget');
  });

  it('says what each part came to on demand', () => {
    const text = textOf({}, true);
    expect(text).toMatch(/memory +answered +1 of 3 +20 +4\.50/);
    expect(text).toContain('left out 2 (memory: over-budget)');
  });

  it('does not call a replay dearer than it knows', () => {
    expect(textOf({ cost: { ...cost, replayIsWhole: false } })).toContain('at least 3,000 tokens');
    expect(textOf({ cost: { ...cost, savedShare: -0.5 } })).toContain('50 % more');
    const { savedShare: _, ...alone } = cost;
    expect(textOf({ cost: alone })).not.toContain('replay');
  });
});
