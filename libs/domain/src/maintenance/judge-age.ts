import type { MemoryKind } from '@mneme/events';
import type { AuditRule } from '../policy/maintenance-policy.js';
import type { AuditFinding, AuditReason, AuditRules } from './memory-audit.js';
import type { SurveyedMemory } from './surveyed-memory.js';

const DAY_MS = 86_400_000;

/** The kinds that an audit by these rules looks at, each with the version below which its memories are old. */
export function auditedKinds(
  { maintenance: { audit } }: AuditRules,
  nowMs: number,
): readonly { readonly kind: MemoryKind; readonly beforeVersion: number }[] {
  return (Object.entries(audit) as [MemoryKind, AuditRule][])
    .filter(([, { action }]) => action !== 'none')
    .map(([kind, { olderThanDays }]) => ({ kind, beforeVersion: (nowMs - olderThanDays * DAY_MS) * 1_000 + 1 }));
}

/**
 * What an audit does with a memory; undefined: it stays as it is. Age counts from the version, so that what was confirmed
 * or lowered is looked at again only after the whole time. Critical memories are exempt, expired ones are expiry's, and
 * of one that no recall returns any more nothing is taken.
 */
export function judgeAge(memory: SurveyedMemory, rules: AuditRules, nowMs: number): AuditFinding | undefined {
  const rule = rules.maintenance.audit[memory.kind];
  const { action, olderThanDays, lowerBy } = rule;
  if (action === 'none' || memory.importance === 'critical') return undefined;
  if (memory.version > (nowMs - olderThanDays * DAY_MS) * 1_000) return undefined;
  if (memory.expiresAtMs !== undefined && memory.expiresAtMs <= nowMs) return undefined;
  const reason = littleUse(memory, rule, nowMs);
  if (reason === undefined) return undefined;
  const { memoryId, version, subjectId, kind } = memory;
  const finding = { memoryId, version, subjectId, kind, reason };
  if (action === 'remove') return { ...finding, action };
  const confidence = lowered(memory.confidence, lowerBy);
  if (memory.confidence < rules.confidenceMin || confidence === memory.confidence) return undefined;
  return { ...finding, action, confidence };
}

/** A confidence less a share of itself, to three places. */
export function lowered(confidence: number, lowerBy: number): number {
  return Math.round(confidence * (1 - lowerBy) * 1_000) / 1_000;
}

/**
 * Only the sum of recalls and the last one are known. So a memory that was recalled within the days counts as recalled
 * that often altogether: the doubt is in its favour.
 */
function littleUse(memory: SurveyedMemory, rule: AuditRule, nowMs: number): AuditReason | undefined {
  const { accessCount, lastAccessMs } = memory;
  if (accessCount === 0 || lastAccessMs === undefined) return 'never-recalled';
  if (lastAccessMs <= nowMs - rule.withinDays * DAY_MS) return 'unused-lately';
  return accessCount < rule.accessesBelow ? 'little-used' : undefined;
}
