import { describe, expect, it } from '@jest/globals';
import type { MemoryId, MemoryKind, SubjectId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import type { AuditRule } from '../policy/maintenance-policy.js';
import { DEFAULT_POLICY } from '../policy.js';
import { auditedKinds, judgeAge } from './judge-age.js';
import { addedFindings, type AuditFinding, NO_COUNTS } from './memory-audit.js';
import type { SurveyedMemory } from './surveyed-memory.js';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const RULE: AuditRule = { action: 'lower', olderThanDays: 30, accessesBelow: 3, withinDays: 10, lowerBy: 0.5 };

const rulesOf = (rule: Partial<AuditRule> = {}) => {
  const { maintenance, confidenceMin } = DEFAULT_POLICY;
  return {
    confidenceMin,
    maintenance: { ...maintenance, audit: { ...maintenance.audit, episode: { ...RULE, ...rule } } },
  };
};

/** Written so many days ago. */
function memory(daysOld: number, given: Partial<SurveyedMemory> = {}): SurveyedMemory {
  const version = (NOW_MS - daysOld * DAY_MS) * 1_000;
  return {
    memoryId: '0b0e5b0a-0000-5000-8000-000000000001' as MemoryId,
    version,
    tenantId: 't' as TenantId,
    subjectId: 'ab'.repeat(32) as SubjectId,
    sourceId: '0b0e5b0a-0000-5000-8000-000000000002' as SurveyedMemory['sourceId'],
    audience: 'o' as SurveyedMemory['audience'],
    kind: 'episode',
    flags: [],
    sourceClass: 'user',
    confidence: 0.8,
    importance: 'normal',
    occurredAtMs: NOW_MS,
    recordedAt: version,
    epoch: 1,
    accessCount: 0,
    ...given,
  };
}

const judged = (one: SurveyedMemory, rule: Partial<AuditRule> = {}) => judgeAge(one, rulesOf(rule), NOW_MS);
const agoMs = (days: number) => NOW_MS - days * DAY_MS;

describe('an audit by age', () => {
  it('lowers what is old and was never recalled, by the share', () => {
    expect(judged(memory(30))).toMatchObject({ action: 'lower', reason: 'never-recalled', confidence: 0.4 });
    expect(judged(memory(29.999))).toBeUndefined();
  });

  it.each([
    ['unused-lately', { accessCount: 50, lastAccessMs: agoMs(10) }],
    ['little-used', { accessCount: 2, lastAccessMs: agoMs(1) }],
    [undefined, { accessCount: 3, lastAccessMs: agoMs(9.99) }],
  ])('says of its use: %s', (reason, used) => {
    expect(judged(memory(40, used))?.reason).toBe(reason);
  });

  it('removes where the rule says so, whatever the confidence', () => {
    expect(judged(memory(40, { confidence: 0 }), { action: 'remove' })).toMatchObject({ action: 'remove' });
  });

  it.each([
    ['is critical', { importance: 'critical' }, {}],
    ['has expired', { expiresAtMs: NOW_MS }, {}],
    ['is below what recall returns', { confidence: 0.29 }, {}],
    ['has no rule', {}, { action: 'none' }],
    ['would lose nothing', {}, { lowerBy: 0 }],
  ] as const)('leaves alone what %s', (_, given, rule) => {
    expect(judged(memory(40, given), rule)).toBeUndefined();
  });

  it('judges nothing that its pages would not bring, and does not find again what it has just lowered', () => {
    const days = fc.double({ min: 0, max: 100, noNaN: true });
    const kinds: MemoryKind[] = ['episode', 'fact', 'procedure', 'summary'];
    fc.assert(
      fc.property(days, fc.constantFrom(...kinds), (daysOld, kind) => {
        const one = memory(daysOld, { kind });
        const version = Math.round(one.version);
        const finding = judged({ ...one, version });
        const page = auditedKinds(rulesOf(), NOW_MS).find((audited) => audited.kind === kind);
        if (finding !== undefined) expect(version).toBeLessThan(page?.beforeVersion ?? 0);
        expect(judged({ ...one, version: NOW_MS * 1_000, confidence: finding?.confidence ?? 0.8 })).toBeUndefined();
      }),
    );
  });

  it('sums what it finds by kind, action and reason', () => {
    const finding = judged(memory(40)) as AuditFinding;
    const once = addedFindings(NO_COUNTS, 3, [finding, finding, { ...finding, reason: 'little-used' }]);
    expect(addedFindings(once, 2, [finding])).toMatchObject({
      memories: 5,
      findings: [
        { kind: 'episode', action: 'lower', reason: 'never-recalled', count: 3 },
        { kind: 'episode', action: 'lower', reason: 'little-used', count: 1 },
      ],
    });
  });
});
