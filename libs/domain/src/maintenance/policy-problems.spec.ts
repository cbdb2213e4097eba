import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, EVALUATION_POLICY, type TenantPolicy } from '../policy.js';
import { policyProblems } from './policy-problems.js';

const fieldsOf = (given: Partial<TenantPolicy>) =>
  policyProblems({ ...DEFAULT_POLICY, ...given }).map(({ field }) => field);

describe('problems of a policy', () => {
  it('are none by default', () => {
    expect([...policyProblems(DEFAULT_POLICY), ...policyProblems(EVALUATION_POLICY)]).toEqual([
      expect.objectContaining({ field: 'reviewDays' }),
    ]);
    expect(policyProblems(DEFAULT_POLICY)).toEqual([]);
  });

  it('are named by the field', () => {
    expect(fieldsOf({ confidenceMin: 0.65 })).toEqual(['confidence.agent', 'confidence.web']);
    expect(fieldsOf({ retentionDays: { ...DEFAULT_POLICY.retentionDays, episode: 45 } })).toEqual([
      'maintenance.audit.episode.olderThanDays',
    ]);
    expect(fieldsOf({ similarityMin: 0.91 })).toEqual(['similarityMin']);
  });
});
