import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY } from '../policy.js';
import { importanceOf } from './importance.js';

const policyOf = (critical: object) => ({
  ...DEFAULT_POLICY,
  maintenance: { ...DEFAULT_POLICY.maintenance, critical: { flags: [], predicates: [], ...critical } },
});

describe('the importance of what is written', () => {
  it('is critical by one of its flags', () => {
    const policy = policyOf({ flags: ['decision'] });
    expect(importanceOf(policy, { flags: ['plan', 'decision'] })).toBe('critical');
    expect(importanceOf(policy, { flags: ['plan'] })).toBe('normal');
  });

  it('is critical by the predicate of its fact, which is no flag', () => {
    const policy = policyOf({ predicates: ['account_is'] });
    expect(importanceOf(policy, { flags: [], predicate: 'account_is' })).toBe('critical');
    expect(importanceOf(policy, { flags: ['account_is'] })).toBe('normal');
    expect(importanceOf(policy, { flags: [], predicate: 'owns' })).toBe('normal');
  });

  it('is critical by default for what constrains, and for accounts and plans', () => {
    const critical = ['constrained_by', 'account_is', 'plan_is', 'prefers'].filter(
      (predicate) => importanceOf(DEFAULT_POLICY, { flags: ['fact'], predicate }) === 'critical',
    );
    expect(critical).toEqual(['constrained_by', 'account_is', 'plan_is']);
  });
});
