import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY } from '@mneme/domain';
import { patchedPolicy } from './policy-patch.js';

const patched = (patch: unknown) =>
  patchedPolicy({ policy: DEFAULT_POLICY, purpose: 'standard' }, JSON.stringify(patch));
const toolsRated = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`tool-${i}`, 0.5]));

describe('patchedPolicy', () => {
  it('changes what is given and nothing else', () => {
    expect(patched({})).toEqual(DEFAULT_POLICY);
    expect(patched({ writeFilter: { keepAtLeast: 4 }, reviewDays: { web: null } })).toEqual({
      ...DEFAULT_POLICY,
      writeFilter: { keepAtLeast: 4 },
      reviewDays: { ...DEFAULT_POLICY.reviewDays, web: null },
    });
  });

  it('replaces the rated tools as a whole', () => {
    const tenant = { policy: patched({ toolReliability: { crm: 0.9 } }), purpose: 'standard' } as const;
    expect(patchedPolicy(tenant, '{"toolReliability":{"erp":1}}').toolReliability).toEqual({ erp: 1 });
    expect(patched({ toolReliability: toolsRated(200) }).toolReliability).toEqual(toolsRated(200));
  });

  it.each([
    ['policy.writeFilter.keepAtLeast', { writeFilter: { keepAtLeast: -1 } }],
    ['policy.writeFilter.keepAtLeast', { writeFilter: { keepAtLeast: 10.5 } }],
    ['policy.writeFilter', { writeFilter: { keepAtMost: 3 } }],
    ['policy.toolReliability', { toolReliability: toolsRated(201) }],
    ['policy.toolReliability.crm', { toolReliability: { crm: 1.1 } }],
    ['policy.toolReliability.', { toolReliability: { '': 0.5 } }],
    ['policy.sourceRetentionDays.web', { sourceRetentionDays: { web: 0 } }],
    ['policy.reviewDays.agent', { reviewDays: { agent: 36_501 } }],
    ['policy.reviewDays', { reviewDays: { oracle: 3 } }],
  ])('refuses %s out of range', (field, patch) => {
    const attempt = () => patched(patch);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'invalid-input', detail: expect.objectContaining({ field }) }),
    );
  });

  it('lets only evaluation keep all', () => {
    const refused = expect.objectContaining({ detail: expect.objectContaining({ field: 'policy.keepAll' }) });
    expect(() => patched({ keepAll: true })).toThrow(refused);
    expect(patchedPolicy({ policy: DEFAULT_POLICY, purpose: 'evaluation' }, '{"keepAll":true}').keepAll).toBe(true);
  });
});
