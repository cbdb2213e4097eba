import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, EVALUATION_POLICY } from './policy.js';
import { confidenceOf, lifespanOf } from './worth.js';

const RATED = { ...DEFAULT_POLICY, toolReliability: { crm: 0.95, scraper: 0 } };
const RECORDED_AT = 1_780_300_800_123_456;
const after = (days: number) => new Date(1_780_300_800_123 + days * 86_400_000).toISOString();

describe('confidenceOf', () => {
  it('is high for what a user says, lower for what an agent does', () => {
    expect(confidenceOf(DEFAULT_POLICY, { sourceClass: 'user' })).toBe(0.9);
    expect(confidenceOf(DEFAULT_POLICY, { sourceClass: 'agent' })).toBe(0.6);
  });

  it('is the reliability of a rated tool, and that of tools for any other', () => {
    expect(confidenceOf(RATED, { sourceClass: 'tool', toolName: 'crm' })).toBe(0.95);
    expect(confidenceOf(RATED, { sourceClass: 'tool', toolName: 'scraper' })).toBe(0);
    expect(confidenceOf(RATED, { sourceClass: 'tool', toolName: 'constructor' })).toBe(0.8);
    expect(confidenceOf(RATED, { sourceClass: 'tool' })).toBe(0.8);
  });

  it('gives nobody else the reliability of a tool', () => {
    expect(confidenceOf(RATED, { sourceClass: 'web', toolName: 'crm' })).toBe(DEFAULT_POLICY.confidence.web);
  });
});

describe('lifespanOf', () => {
  const written = { kind: 'episode', recordedAt: RECORDED_AT } as const;

  it('lets what a user or a tool said live longer than what was inferred', () => {
    expect(lifespanOf(DEFAULT_POLICY, { ...written, sourceClass: 'user' })).toEqual({
      expiresAt: after(90),
      reviewBy: after(60),
    });
    expect(lifespanOf(DEFAULT_POLICY, { ...written, sourceClass: 'tool' })).toEqual({
      expiresAt: after(90),
      reviewBy: after(30),
    });
    expect(lifespanOf(DEFAULT_POLICY, { ...written, sourceClass: 'agent' })).toEqual({
      expiresAt: after(45),
      reviewBy: after(14),
    });
  });

  it('ends an inferred fact, though facts have no end', () => {
    const fact = { kind: 'fact', recordedAt: RECORDED_AT } as const;
    expect(lifespanOf(DEFAULT_POLICY, { ...fact, sourceClass: 'user' })).toEqual({ reviewBy: after(60) });
    expect(lifespanOf(DEFAULT_POLICY, { ...fact, sourceClass: 'web' })).toEqual({
      expiresAt: after(30),
      reviewBy: after(7),
    });
  });

  it('plans no review after the end', () => {
    const policy = { ...DEFAULT_POLICY, reviewDays: { ...DEFAULT_POLICY.reviewDays, user: 90 } };
    expect(lifespanOf(policy, { ...written, sourceClass: 'user' })).toEqual({ expiresAt: after(90) });
  });

  it('lets nothing end by its source while measuring', () => {
    expect(lifespanOf(EVALUATION_POLICY, { ...written, sourceClass: 'web' })).toEqual({ expiresAt: after(3650) });
  });
});
