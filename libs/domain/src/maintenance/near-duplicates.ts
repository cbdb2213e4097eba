import type { MemoryId, MemoryKind } from '@mneme/events';
import { agreementOf, type Statement } from './statement.js';
import type { SurveyedMemory } from './surveyed-memory.js';

/** Facts are ended by facts, and a procedure counts its own runs: neither is merged. */
export const MERGED_KINDS: ReadonlySet<MemoryKind> = new Set<MemoryKind>(['episode', 'summary']);

/** A memory of a subject with what it says. */
export interface Comparable {
  readonly memory: SurveyedMemory;
  readonly speakerName?: string | undefined;
  readonly statement: Statement;
}

/** A memory that may say the same as better ones, the best first. */
export interface LikelyDuplicate {
  readonly memory: SurveyedMemory;
  readonly of: readonly MemoryId[];
}

/** Better ones that one memory is compared with, and how many are looked at for each of its rare words. */
const BETTER_MAX = 8;
const LOOKED_AT_MAX = 64;

/**
 * Memories that agree in words with a better one of the same kind, audience, department and speaker. Only memories that
 * share a rare word are compared: of two that agree in a share of their words, the rarest few of each must meet.
 *
 * Yields once for each memory, undefined when nothing is like it, so that whoever reads can give way in between.
 */
export function* likelyDuplicates(
  all: readonly Comparable[],
  agreementMin: number,
): Generator<LikelyDuplicate | undefined> {
  for (const group of groupsOf(all)) {
    const rarity = raritiesOf(group);
    const byWord = new Map<string, Comparable[]>();
    for (const one of group.sort((a, b) => betterFirst(a.memory, b.memory))) {
      const rare = rareWordsOf(one.statement, rarity, agreementMin);
      const of = likeOnes(one, { rare, byWord, agreementMin });
      yield of.length === 0 ? undefined : { memory: one.memory, of };
      for (const word of rare) {
        const holders = byWord.get(word);
        if (holders === undefined) byWord.set(word, [one]);
        else if (holders.length < LOOKED_AT_MAX) holders.push(one);
      }
    }
  }
}

/** What stays of two that say the same: the critical, the surer, the newer. */
export function betterFirst(a: SurveyedMemory, b: SurveyedMemory): number {
  return (
    Number(b.importance === 'critical') - Number(a.importance === 'critical') ||
    b.confidence - a.confidence ||
    b.version - a.version ||
    (a.memoryId < b.memoryId ? -1 : 1)
  );
}

interface Among {
  readonly rare: readonly string[];
  readonly byWord: ReadonlyMap<string, readonly Comparable[]>;
  readonly agreementMin: number;
}

function likeOnes(one: Comparable, { rare, byWord, agreementMin }: Among): readonly MemoryId[] {
  const like = new Map<MemoryId, SurveyedMemory>();
  const seen = new Set<MemoryId>();
  for (const word of rare) {
    for (const { memory, statement } of byWord.get(word) ?? []) {
      if (seen.has(memory.memoryId)) continue;
      seen.add(memory.memoryId);
      if (isOfAnotherDay(one, { memory, statement }) || agreementOf(one.statement, statement) < agreementMin) continue;
      like.set(memory.memoryId, memory);
    }
  }
  const best = [...like.values()].sort(betterFirst).slice(0, BETTER_MAX);
  return best.map(({ memoryId }) => memoryId);
}

const DAY_MS = 86_400_000;

function isOfAnotherDay(one: Comparable, other: Pick<Comparable, 'memory' | 'statement'>): boolean {
  if (!one.statement.isOfItsDay && !other.statement.isOfItsDay) return false;
  return Math.floor(one.memory.occurredAtMs / DAY_MS) !== Math.floor(other.memory.occurredAtMs / DAY_MS);
}

/**
 * The rarest of its distinct words, so many that a statement which agrees with it has one of them among its own: of n
 * words all but the share that must be in common, and one.
 */
function rareWordsOf(
  { words }: Statement,
  rarity: ReadonlyMap<string, number>,
  agreementMin: number,
): readonly string[] {
  const distinct = [...new Set(words)].sort((a, b) => (rarity.get(a) ?? 0) - (rarity.get(b) ?? 0) || (a < b ? -1 : 1));
  // A repeated word counts once here and each time in the agreement, so the repeats are left as room.
  const spare = words.length - Math.ceil(agreementMin * words.length - 1e-9);
  return distinct.slice(0, spare + 1);
}

function raritiesOf(group: readonly Comparable[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { statement } of group) {
    for (const word of new Set(statement.words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function groupsOf(all: readonly Comparable[]): readonly Comparable[][] {
  const groups = new Map<string, Comparable[]>();
  for (const one of all) {
    const { kind, audience, departmentId } = one.memory;
    if (!MERGED_KINDS.has(kind) || one.statement.words.length === 0) continue;
    const name = JSON.stringify([kind, audience, departmentId ?? null, one.speakerName ?? null]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
