import type { MemoryId } from '@mneme/events';
import type { Candidate, CatalogueRow } from '@mneme/domain';
import type { IndexHit } from '@mneme/ports';

export interface Findings {
  readonly dense: readonly IndexHit[];
  readonly lexical: readonly IndexHit[];
  /** Scores of the graph leg by memory. */
  readonly graph: ReadonlyMap<MemoryId, number>;
  /** Rows of memories that the graph alone has found. */
  readonly graphRows: readonly CatalogueRow[];
}

/** The union of the legs by memory, with each leg's raw score. */
export function unionOf(findings: Findings, questionTerms: ReadonlySet<number>): ReadonlyMap<MemoryId, Candidate> {
  const union = new Map<MemoryId, Candidate>();
  for (const hit of findings.dense) union.set(hit.memoryId, candidateOf(hit, questionTerms, { dense: hit.score }));
  for (const hit of findings.lexical) {
    const dense = union.get(hit.memoryId)?.dense;
    const scores = dense === undefined ? { lexical: hit.score } : { dense, lexical: hit.score };
    union.set(hit.memoryId, candidateOf(hit, questionTerms, scores));
  }
  for (const row of findings.graphRows) {
    if (!union.has(row.memoryId)) union.set(row.memoryId, candidateOf({ ...row, speakerTerms: [] }, questionTerms, {}));
  }
  for (const [memoryId, graph] of findings.graph) {
    const candidate = union.get(memoryId);
    if (candidate !== undefined) union.set(memoryId, { ...candidate, graph });
  }
  return union;
}

type Found = Pick<
  IndexHit,
  'memoryId' | 'sessionKey' | 'kind' | 'occurredAtMs' | 'recordedAt' | 'confidence' | 'speakerTerms'
>;

function candidateOf(
  { memoryId, sessionKey, kind, occurredAtMs, recordedAt, confidence, speakerTerms }: Found,
  questionTerms: ReadonlySet<number>,
  scores: Pick<Candidate, 'dense' | 'lexical'>,
): Candidate {
  const speakerNamed = speakerTerms.some((term) => questionTerms.has(term));
  return { memoryId, sessionKey, kind, occurredAtMs, recordedAt, confidence, speakerNamed, ...scores };
}
