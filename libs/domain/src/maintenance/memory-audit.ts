import type { MemoryId, MemoryKind, SubjectId, TenantId } from '@mneme/events';
import type { TenantPolicy } from '../policy.js';

export const AUDIT_AIMS = ['age', 'duplicates'] as const;
/** What an audit looks for: memories that are old and little used, or memories of a subject that say the same. */
export type AuditAim = (typeof AUDIT_AIMS)[number];

/**
 * `looking`: the dry run counts what would be done. `ready`: it is known, and nothing is done. `running`: commands are
 * given. `stopped` by somebody in one of the passes, and can go on with it. `done`, `failed`: the end.
 */
export type AuditState = 'looking' | 'ready' | 'running' | 'stopped' | 'done' | 'failed';

export type AuditReason = 'never-recalled' | 'unused-lately' | 'little-used' | 'duplicate';

/** One memory and what is to be done with it. */
export interface AuditFinding {
  readonly memoryId: MemoryId;
  readonly version: number;
  readonly subjectId: SubjectId;
  readonly kind: MemoryKind;
  readonly action: 'lower' | 'remove' | 'merge';
  readonly reason: AuditReason;
  /** Of `lower`: what is left. */
  readonly confidence?: number;
  /** Of `merge`: what it lives on in. */
  readonly mergedInto?: MemoryId;
}

export interface FindingCount extends Pick<AuditFinding, 'kind' | 'action' | 'reason'> {
  readonly count: number;
}

/** What one pass over the tenant's memories came to. */
export interface AuditCounts {
  readonly memories: number;
  readonly findings: readonly FindingCount[];
  /** Commands taken, those that were refused because the memory or its subject had changed, and memories left out. */
  readonly given: number;
  readonly refused: number;
  readonly leftOut: number;
}

export const NO_COUNTS: AuditCounts = { memories: 0, findings: [], given: 0, refused: 0, leftOut: 0 };

/** Where a pass goes on: behind this memory of this kind, or behind this subject. */
export interface AuditPlace {
  readonly kind?: MemoryKind;
  readonly after?: { readonly at: number; readonly memoryId: MemoryId };
  readonly subjectId?: SubjectId;
}

/** The part of the policy that an audit goes by, as it was when the audit began. */
export type AuditRules = Pick<TenantPolicy, 'maintenance' | 'confidenceMin'>;

/** An audit as the journal keeps it: enough to go on after a crash at any page. It holds counts, and no finding. */
export interface MemoryAudit {
  readonly auditId: string;
  readonly tenantId: TenantId;
  readonly aim: AuditAim;
  readonly requestedBy: string;
  readonly startedAt: string;
  readonly state: AuditState;
  readonly rules: AuditRules;
  readonly place: AuditPlace;
  /** Of the dry run. */
  readonly looked: AuditCounts;
  /** Of the run. */
  readonly ran: AuditCounts;
  /** Of one that was stopped in its dry run. */
  readonly stoppedIn?: 'looking';
  readonly finishedAt?: string;
  /** Code of the error that ended it. */
  readonly failure?: string;
}

/** The pass that is under way, or was the last. */
export function passOf({ state, stoppedIn }: Pick<MemoryAudit, 'state' | 'stoppedIn'>): 'looked' | 'ran' {
  return state === 'looking' || state === 'ready' || stoppedIn !== undefined ? 'looked' : 'ran';
}

/** With more memories looked at, and what was found among them. */
export function addedFindings(counts: AuditCounts, memories: number, findings: readonly AuditFinding[]): AuditCounts {
  const sums = new Map(counts.findings.map((one) => [nameOf(one), one]));
  for (const { kind, action, reason } of findings) {
    const name = nameOf({ kind, action, reason });
    sums.set(name, { kind, action, reason, count: (sums.get(name)?.count ?? 0) + 1 });
  }
  return { ...counts, memories: counts.memories + memories, findings: [...sums.values()] };
}

function nameOf({ kind, action, reason }: Pick<AuditFinding, 'kind' | 'action' | 'reason'>): string {
  return `${kind}/${action}/${reason}`;
}
