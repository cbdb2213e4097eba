import {
  type AuditFinding,
  type AuditPlace,
  auditedKinds,
  judgeAge,
  type MemoryAudit,
  type SurveyedMemory,
  tenantRef,
  epochMsOf,
} from '@mneme/domain';
import type { MemorySurvey } from '@mneme/ports';
import type { FindDuplicates } from './find-duplicates.js';

/** One page of an audit. */
export interface AuditPage {
  readonly memories: number;
  readonly findings: readonly AuditFinding[];
  readonly leftOut: number;
  /** Where the next page begins; absent at the end. */
  readonly next?: AuditPlace;
}

export interface AuditPagesPorts {
  readonly survey: MemorySurvey;
  readonly duplicates: FindDuplicates;
}

const SUBJECTS_PER_PAGE = 16;

/** Reads what an audit looks at, page by page, and judges it. Changes nothing. */
export class AuditPages {
  constructor(
    private readonly ports: AuditPagesPorts,
    private readonly pageMemoriesMax: number,
  ) {}

  read(audit: MemoryAudit, place: AuditPlace): Promise<AuditPage> {
    return audit.aim === 'age' ? this.byAge(audit, place) : this.bySubject(audit, place);
  }

  private async byAge(audit: MemoryAudit, place: AuditPlace): Promise<AuditPage> {
    const nowMs = epochMsOf(audit.startedAt);
    const kinds = auditedKinds(audit.rules, nowMs);
    const at = place.kind === undefined ? 0 : kinds.findIndex(({ kind }) => kind === place.kind);
    const audited = kinds[at];
    if (audited === undefined) return { memories: 0, findings: [], leftOut: 0 };
    const { kind, beforeVersion } = audited;
    const limit = this.pageMemoriesMax;
    const after = place.after === undefined ? {} : { after: place.after };
    const memories = await this.ports.survey.surveyKind(tenantRef(audit.tenantId), kind, {
      limit,
      beforeVersion,
      ...after,
    });
    const findings = memories.flatMap((memory) => judgeAge(memory, audit.rules, nowMs) ?? []);
    const page = { memories: memories.length, findings, leftOut: 0 };
    const last = memories.at(-1);
    if (last !== undefined && memories.length === limit) return { ...page, next: { kind, after: placeOf(last) } };
    const following = kinds[at + 1];
    return following === undefined ? page : { ...page, next: { kind: following.kind } };
  }

  private async bySubject(audit: MemoryAudit, { subjectId }: AuditPlace): Promise<AuditPage> {
    const after = subjectId === undefined ? {} : { after: subjectId };
    const limit = SUBJECTS_PER_PAGE;
    const subjects = await this.ports.survey.surveySubjects(tenantRef(audit.tenantId), { limit, ...after });
    const findings: AuditFinding[] = [];
    let [memories, leftOut] = [0, 0];
    for (const subject of subjects) {
      const found = await this.ports.duplicates.of(audit.tenantId, subject, audit.rules);
      findings.push(...found.findings);
      memories += found.memories;
      leftOut += found.leftOut;
    }
    const last = subjects.at(-1);
    const page = { memories, findings, leftOut };
    return last === undefined || subjects.length < limit ? page : { ...page, next: { subjectId: last } };
  }
}

function placeOf({ version, memoryId }: SurveyedMemory) {
  return { at: version, memoryId };
}
