import { instantOf, type AuditCounts, type AuditFinding, type MemoryAudit, type SurveyedMemory } from '@mneme/domain';
import type { Webhook } from '@mneme/ports';
import type {
  AuditCounts as AuditCountsMessage,
  AuditFinding as AuditFindingMessage,
  DueReview,
  MemoryAudit as MemoryAuditMessage,
  Webhook as WebhookMessage,
  WebhookKey,
} from '@mneme/proto';
import type { WebhookWithKey } from './webhook/webhooks.js';

export function auditView(audit: MemoryAudit): MemoryAuditMessage {
  const { auditId, tenantId, aim, state, startedAt, finishedAt, failure } = audit;
  const counts = { looked: countsView(audit.looked), ran: countsView(audit.ran) };
  return { auditId, tenantId, aim, state, startedAt, finishedAt, failure, ...counts };
}

function countsView({ memories, findings, given, refused, leftOut }: AuditCounts): AuditCountsMessage {
  return { memories, findings: findings.map((one) => ({ ...one })), given, refused, leftOut };
}

export function findingView(finding: AuditFinding): AuditFindingMessage {
  const { memoryId, kind, action, reason, confidence, mergedInto } = finding;
  return { memoryId, kind, action, reason, confidence, mergedInto };
}

export function reviewView(memory: SurveyedMemory): DueReview {
  const {
    memoryId,
    kind,
    flags,
    importance,
    confidence,
    reviewByMs = 0,
    occurredAtMs,
    accessCount,
    lastAccessMs,
  } = memory;
  return {
    memoryId,
    kind,
    flags: [...flags],
    importance,
    confidence,
    reviewBy: instantOf(reviewByMs),
    occurredAt: instantOf(occurredAtMs),
    accessCount,
    lastAccessAt: lastAccessMs === undefined ? undefined : instantOf(lastAccessMs),
  };
}

export function webhookView({ tenantId, url, createdAt, keyNumber }: Webhook): WebhookMessage {
  return { tenantId, url, createdAt, keyNumber };
}

export function webhookKeyView({ webhook, key }: WebhookWithKey): WebhookKey {
  return { webhook: webhookView(webhook), key };
}
