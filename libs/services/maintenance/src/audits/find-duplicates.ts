import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryContent, type MemoryId, type SubjectId, type TenantId } from '@mneme/events';
import {
  type AuditFinding,
  type AuditRules,
  type Comparable,
  type LikelyDuplicate,
  likelyDuplicates,
  MERGED_KINDS,
  statementOf,
  subjectRef,
  type SurveyedText,
  unseal,
} from '@mneme/domain';
import type { Embedder, MemorySurvey, StoredVectors, VectorSurvey } from '@mneme/ports';
import { type Keyring, parsedJson, type SubjectAccess } from '@mneme/platform';

export interface FindDuplicatesPorts {
  readonly survey: MemorySurvey;
  readonly vectors: VectorSurvey;
  readonly keyring: Keyring;
  readonly embedder: Pick<Embedder, 'model'>;
}

export interface SubjectDuplicates {
  readonly memories: number;
  readonly findings: readonly AuditFinding[];
  /** Memories beyond the limit, which were not compared. */
  readonly leftOut: number;
}

const PAGE_MEMORIES = 100;
const COMPARED_AT_ONCE = 50;
const SLICE_MS = 6;

/** Finds among one subject's memories those that say the same: in words first, then by their stored vectors. */
export class FindDuplicates {
  constructor(
    private readonly ports: FindDuplicatesPorts,
    private readonly subjectMemoriesMax: number,
  ) {}

  /** Nothing for a subject that is fenced: without its key nobody knows what its memories say. */
  async of(tenantId: TenantId, subjectId: SubjectId, rules: AuditRules): Promise<SubjectDuplicates> {
    const read = await this.comparablesOf(tenantId, subjectId);
    if (read === undefined) return { memories: 0, findings: [], leftOut: 0 };
    const { comparables, leftOut } = read;
    const likely = await this.likely(comparables, rules.maintenance.duplicates.agreementMin);
    const findings = await this.confirmed(tenantId, likely, rules.maintenance.duplicates.cosineMin);
    return { memories: comparables.length, findings, leftOut };
  }

  private async comparablesOf(tenantId: TenantId, subjectId: SubjectId) {
    const subject = subjectRef(tenantId, subjectId);
    const comparables: Comparable[] = [];
    let [after, leftOut] = [undefined as SurveyedText | undefined, 0];
    for (;;) {
      // Asked for anew with each page: no key is held for longer than the keyring holds it.
      const access = (await this.ports.keyring.open(tenantId, [subjectId])).get(subjectId);
      if (access?.state !== 'open') return undefined;
      const page = await this.ports.survey.surveyTexts(subject, {
        limit: PAGE_MEMORIES,
        ...(after === undefined ? {} : { after }),
      });
      for (const memory of page) {
        if (memory.epoch !== access.epoch || !MERGED_KINDS.has(memory.kind)) continue;
        if (comparables.length >= this.subjectMemoriesMax) leftOut += 1;
        else comparables.push(comparableOf(memory, access));
      }
      after = page.at(-1);
      if (after === undefined || page.length < PAGE_MEMORIES) return { comparables, leftOut };
      await nextTurn();
    }
  }

  private async likely(comparables: readonly Comparable[], agreementMin: number): Promise<readonly LikelyDuplicate[]> {
    const likely: LikelyDuplicate[] = [];
    let untilMs = performance.now() + SLICE_MS;
    for (const one of likelyDuplicates(comparables, agreementMin)) {
      if (one !== undefined && one.memory.importance !== 'critical') likely.push(one);
      if (performance.now() < untilMs) continue;
      await nextTurn();
      untilMs = performance.now() + SLICE_MS;
    }
    return likely;
  }

  /** What merges into another one that stays; none merges into one that goes itself. */
  private async confirmed(tenantId: TenantId, likely: readonly LikelyDuplicate[], cosineMin: number) {
    const findings: AuditFinding[] = [];
    const going = new Set<MemoryId>();
    for (let at = 0; at < likely.length; at += COMPARED_AT_ONCE) {
      const slice = likely.slice(at, at + COMPARED_AT_ONCE);
      const vectors = await this.vectorsOf(tenantId, slice);
      for (const { memory, of } of slice) {
        const own = vectors.get(memory.memoryId);
        const mergedInto = of.find((other) => !going.has(other) && cosineOf(own, vectors.get(other)) >= cosineMin);
        if (own?.version !== memory.version || mergedInto === undefined) continue;
        going.add(memory.memoryId);
        const { memoryId, version, subjectId, kind } = memory;
        findings.push({ memoryId, version, subjectId, kind, action: 'merge', reason: 'duplicate', mergedInto });
      }
      await nextTurn();
    }
    return findings;
  }

  private vectorsOf(tenantId: TenantId, likely: readonly LikelyDuplicate[]) {
    const memoryIds = [...new Set(likely.flatMap(({ memory, of }) => [memory.memoryId, ...of]))];
    const [first] = likely as readonly [LikelyDuplicate];
    const query = { model: this.ports.embedder.model.id, memoryIds };
    return this.ports.vectors.surveyVectors(subjectRef(tenantId, first.memory.subjectId), query);
  }
}

function comparableOf({ sealed, ...memory }: SurveyedText, { keys }: SubjectAccess & { state: 'open' }): Comparable {
  const content = parsedJson(MemoryContent, unseal(keys, { ...memory, recordId: memory.memoryId }, sealed));
  return { memory, speakerName: content.speakerName, statement: statementOf(content.text) };
}

/** Of two memories chunk by chunk, the least; 0 when they cannot be compared. */
function cosineOf(one: StoredVectors | undefined, other: StoredVectors | undefined): number {
  if (one === undefined || other === undefined || one.vectors.length !== other.vectors.length) return 0;
  const cosines = one.vectors.map((vector, chunk) => {
    const beside = other.vectors[chunk] as Float32Array;
    return vector.reduce((sum, value, at) => sum + value * (beside[at] ?? 0), 0);
  });
  return Math.min(...cosines);
}
