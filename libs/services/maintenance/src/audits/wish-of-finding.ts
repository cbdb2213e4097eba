import type { AuditFinding, CommandWish, MemoryAudit, WishedCommand } from '@mneme/domain';
import { targetOf } from '@mneme/platform';

/** The command that does what an audit found: named for the audit and what it saw, so that a repeat gives it again. */
export function wishOfFinding({ auditId, tenantId }: MemoryAudit, finding: AuditFinding): WishedCommand {
  const { subjectId, memoryId, version } = finding;
  const idempotencyKey = `audit/${auditId}/${memoryId}/${version}`;
  return { tenantId, subjectId, wish: wishOf(finding), sourceClass: 'system', idempotencyKey };
}

function wishOf(finding: AuditFinding): CommandWish {
  const target = targetOf(finding);
  switch (finding.action) {
    case 'lower':
      return { action: 'reassess', target, confidence: finding.confidence, reason: finding.reason };
    case 'remove':
      return { action: 'retract', target, reason: finding.reason, keepsDerived: true };
    case 'merge':
      return { action: 'retract', target, reason: 'merged', mergedInto: finding.mergedInto, keepsDerived: true };
  }
}
