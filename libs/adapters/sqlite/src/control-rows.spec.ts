import { describe, expect, it } from '@jest/globals';
import type { TenantId } from '@mneme/events';
import { DEFAULT_POLICY } from '@mneme/domain';
import { tenantOf } from './control-rows.js';

describe('tenantOf', () => {
  it('completes a policy that was stored before some of its fields existed', () => {
    const { writeFilter: _writeFilter, toolReliability: _toolReliability, ...old } = DEFAULT_POLICY;
    const policy = JSON.stringify({ ...old, confidenceMin: 0.5 });
    const row = {
      tenantId: 'acme' as TenantId,
      purpose: 'standard',
      policy,
      createdAt: '2026-01-01T00:00:00.000Z',
    } as const;
    expect(tenantOf(row).policy).toEqual({ ...DEFAULT_POLICY, confidenceMin: 0.5 });
  });
});
