import type { MemoryId } from '@mneme/events';
import type { Candidate } from '@mneme/domain';
import type { IndexHit } from '@mneme/ports';
import type { Leg } from '@mneme/proto';

export type LegName = 'dense' | 'lexical';

export interface LegAnswer {
  readonly leg: Leg;
  readonly hits: readonly IndexHit[];
}

/** Runs one leg against its deadline. A leg that fails or is late is named, and the others answer without it. */
export async function runLeg(
  name: LegName,
  timeoutMs: number,
  search: () => Promise<readonly IndexHit[]>,
): Promise<LegAnswer> {
  const startedMs = performance.now();
  const answer = (state: string, hits: readonly IndexHit[]): LegAnswer => ({
    leg: { name, state, found: hits.length, tookMs: performance.now() - startedMs },
    hits,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LegAnswer>((resolve) => {
    timer = setTimeout(() => resolve(answer('timed-out', [])), timeoutMs);
  });
  const found = search().then(
    (hits) => answer('answered', hits),
    () => answer('failed', []),
  );
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

export interface FoundMemory {
  readonly hit: IndexHit;
  readonly candidate: Candidate;
}

/** The union of the legs by memory, with each leg's raw score. */
export function unionOf(
  dense: readonly IndexHit[],
  lexical: readonly IndexHit[],
  questionTerms: ReadonlySet<number>,
): ReadonlyMap<MemoryId, FoundMemory> {
  const union = new Map<MemoryId, FoundMemory>();
  for (const hit of dense) union.set(hit.memoryId, found(hit, questionTerms, { dense: hit.score }));
  for (const hit of lexical) {
    const known = union.get(hit.memoryId)?.candidate;
    union.set(hit.memoryId, found(hit, questionTerms, { dense: known?.dense, lexical: hit.score }));
  }
  return union;
}

function found(
  hit: IndexHit,
  questionTerms: ReadonlySet<number>,
  scores: { readonly dense?: number | undefined; readonly lexical?: number },
): FoundMemory {
  const { memoryId, sessionKey, kind, occurredAtMs, recordedAt, confidence } = hit;
  const candidate: Candidate = {
    memoryId,
    sessionKey,
    kind,
    occurredAtMs,
    recordedAt,
    confidence,
    speakerNamed: hit.speakerTerms.some((term) => questionTerms.has(term)),
    ...(scores.dense === undefined ? {} : { dense: scores.dense }),
    ...(scores.lexical === undefined ? {} : { lexical: scores.lexical }),
  };
  return { hit, candidate };
}
