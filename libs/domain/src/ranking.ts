import type { MemoryId, MemoryKind, SessionKey } from '@mneme/events';
import { retentionMsOf, type TenantPolicy } from './policy.js';

/** What one leg found: the raw score and what ranking needs of the memory. Instants in epoch ms, recordedAt in µs. */
export interface Candidate {
  readonly memoryId: MemoryId;
  readonly sessionKey: SessionKey;
  readonly kind: MemoryKind;
  readonly occurredAtMs: number;
  readonly recordedAt: number;
  readonly confidence: number;
  /** Whether a name in the question is the speaker's. */
  readonly speakerNamed: boolean;
  readonly dense?: number;
  readonly lexical?: number;
  /** How far the facts that the question's entities lead to answer it; absent: they do not lead here. */
  readonly graph?: number;
}

/** Where a hit's score comes from; `fused × decay × (0.5 + 0.5 × confidence) = score`. */
export interface ScoreParts {
  readonly dense: number;
  readonly lexical: number;
  readonly neighbours: number;
  readonly session: number;
  readonly speaker: number;
  readonly graph: number;
  readonly fused: number;
  readonly decay: number;
  readonly confidence: number;
  readonly score: number;
}

export interface Ranked {
  readonly candidate: Candidate;
  readonly parts: ScoreParts;
}

/** Weights of what is added to the half-and-half sum of the legs; docs/benchmarks.md has what each is worth. */
export const RANKING_WEIGHTS = {
  dense: 0.5,
  lexical: 0.5,
  neighbours: 0.4,
  session: 0.15,
  speaker: 0.1,
  graph: 0.4,
} as const;

/** The least spread of a leg, as a share of its best score. */
const SPREAD_SHARE_MIN = 0.5;

/** Fuses, decays and orders the union of the legs, best first; ties by recordedAt, then id, so the order is total. */
export function rank(candidates: readonly Candidate[], policy: TenantPolicy, nowMs: number): readonly Ranked[] {
  const dense = normalised(candidates.map((c) => c.dense));
  const lexical = normalised(candidates.map((c) => c.lexical));
  const base = candidates.map(
    (_, i) => RANKING_WEIGHTS.dense * at(dense, i) + RANKING_WEIGHTS.lexical * at(lexical, i),
  );
  const { neighbours, session } = sessionShares(candidates, base);
  const ranked = candidates.map((candidate, i) => {
    const parts = {
      neighbours: at(neighbours, i),
      session: at(session, i),
      speaker: candidate.speakerNamed ? 1 : 0,
      // On a scale of its own from 0 to 1: stretched to its best, little evidence would count as much as plenty.
      graph: candidate.graph ?? 0,
    };
    const fused =
      at(base, i) +
      RANKING_WEIGHTS.neighbours * parts.neighbours +
      RANKING_WEIGHTS.session * parts.session +
      RANKING_WEIGHTS.speaker * parts.speaker +
      RANKING_WEIGHTS.graph * parts.graph;
    const decay = decayOf(candidate, policy, nowMs);
    const score = fused * decay * (0.5 + 0.5 * candidate.confidence);
    const { confidence } = candidate;
    return {
      candidate,
      parts: { dense: at(dense, i), lexical: at(lexical, i), ...parts, fused, decay, confidence, score },
    };
  });
  return ranked.sort(byScore);
}

/** 1 − min(age, retention) / retention × share; 1 for a kind without retention and for a time not yet come. */
export function decayOf(
  memory: { readonly kind: MemoryKind; readonly occurredAtMs: number },
  policy: TenantPolicy,
  nowMs: number,
): number {
  const retentionMs = retentionMsOf(policy, memory.kind);
  if (retentionMs === null) return 1;
  const ageMs = Math.min(Math.max(0, nowMs - memory.occurredAtMs), retentionMs);
  return 1 - (ageMs / retentionMs) * policy.decayShare[memory.kind];
}

/**
 * Min-max over the union; a score missing in a leg counts as that leg's minimum. The spread counts as at least a share
 * of the best score, so that a few near-equal scores stay near-equal and age can still decide between them. A leg that
 * found nothing is all 0.
 */
function normalised(scores: readonly (number | undefined)[]): Float64Array {
  let min = Infinity;
  let max = -Infinity;
  for (const score of scores) {
    if (score === undefined) continue;
    if (score < min) min = score;
    if (score > max) max = score;
  }
  const spread = Math.max(max - min, Math.abs(max) * SPREAD_SHARE_MIN);
  if (!(spread > 0 && spread < Infinity)) return new Float64Array(scores.length);
  return Float64Array.from(scores, (score) => 1 - (max - (score ?? min)) / spread);
}

/**
 * Mean of the turns before and after in the same session, and the mean of the session's three best. A fact is no turn:
 * its neighbour is the turn that it came from, and it is nobody's.
 */
function sessionShares(candidates: readonly Candidate[], base: readonly number[]) {
  const neighbours = new Float64Array(candidates.length);
  const session = new Float64Array(candidates.length);
  const sessions = new Map<SessionKey, number[]>();
  candidates.forEach((candidate, i) => {
    const members = sessions.get(candidate.sessionKey);
    if (members === undefined) sessions.set(candidate.sessionKey, [i]);
    else members.push(i);
  });
  for (const members of sessions.values()) {
    const turns = members.filter((i) => candidates[i]?.kind !== 'fact');
    turns.sort((a, b) => inTime(candidates[a] as Candidate, candidates[b] as Candidate));
    const best = turns
      .map((i) => at(base, i))
      .sort((a, b) => b - a)
      .slice(0, 3);
    const share = best.reduce((sum, score) => sum + score, 0) / 3;
    const ofTurn = new Map(turns.map((i) => [candidates[i]?.recordedAt, at(base, i)]));
    for (const i of members) {
      neighbours[i] = ofTurn.get(candidates[i]?.recordedAt) ?? 0;
      session[i] = share;
    }
    turns.forEach((i, position) => {
      const before = turns[position - 1];
      const after = turns[position + 1];
      neighbours[i] = ((before === undefined ? 0 : at(base, before)) + (after === undefined ? 0 : at(base, after))) / 2;
    });
  }
  return { neighbours, session };
}

function inTime(a: Candidate, b: Candidate): number {
  return a.occurredAtMs - b.occurredAtMs || a.recordedAt - b.recordedAt || (a.memoryId < b.memoryId ? -1 : 1);
}

function byScore(a: Ranked, b: Ranked): number {
  return (
    b.parts.score - a.parts.score ||
    b.candidate.recordedAt - a.candidate.recordedAt ||
    (a.candidate.memoryId < b.candidate.memoryId ? -1 : 1)
  );
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}
