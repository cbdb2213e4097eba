import type { EntityId, MemoryId } from '@mneme/events';
import {
  askedPredicatesOf,
  endsOf,
  ENTITY_TYPES,
  entityIdOf,
  type GraphFact,
  type GraphQuestion,
  graphScoreOf,
  memoryIdOf,
  personOf,
  questionNamesOf,
} from '@mneme/domain';
import { type FactGraph, GRAPH_LIMITS, type GraphView, type TraversedFact } from '@mneme/ports';
import type { Reader } from './reader.js';
import type { RecallInput } from './recall-input.js';

/** A fact of the relation that was asked for. */
export interface GraphAnswer extends TraversedFact {
  readonly score: number;
}

export interface GraphFindings {
  /** How far facts and the episodes behind them answer the question, by memory. */
  readonly scores: ReadonlyMap<MemoryId, number>;
  /** The best of the facts that do by name and relation, whatever their text looks like. */
  readonly answers: readonly GraphAnswer[];
}

/** What one recall asks of the graph at most. */
const STARTS_MAX = 4;
const FAN_OUT = 12;
const NEAR_FACTS_MAX = 48;
const ASKED_FACTS_MAX = 40;
/** Entities one edge away that are gone on from, where the question asks for a relation. */
const FURTHER_MAX = 8;
const FURTHER_FAN_OUT = 6;
const FURTHER_FACTS_MAX = 40;
/** Of the relation that is asked for, at most one edge further on. */
const ANSWER_SCORE_MIN = 0.4;
const ANSWERS_MAX = 5;
/** Facts of one relation that answer alike and each in full. */
const ALIKE_MAX = 2;

/**
 * Entities in the question → facts in force → those facts and the episodes behind them, each with how far it answers.
 * The names of a question are hashed as those of facts are; a question of "I" and "my" is also about who asks.
 */
export async function searchGraph(
  { factGraph }: { readonly factGraph: FactGraph },
  reader: Reader,
  { question, nowMs }: Pick<RecallInput, 'question' | 'nowMs'>,
): Promise<GraphFindings> {
  const { confidenceMin } = reader.tenant.policy;
  const view = { nowMs, validAtMs: nowMs, knownAt: Number.MAX_SAFE_INTEGER, confidenceMin };
  const asked = await questionOf(factGraph, reader, { question, view });
  const starts = [...(asked.speaker === undefined ? [] : [asked.speaker]), ...asked.named].slice(0, STARTS_MAX);
  if (starts.length === 0) return { scores: new Map(), answers: [] };
  const found = new Map<MemoryId, GraphAnswer>();
  const note = (fact: GraphFact, hop: number) => {
    const score = graphScoreOf(fact, hop, asked);
    if (score > (found.get(fact.memoryId)?.score ?? 0)) found.set(fact.memoryId, { fact, hop, score });
  };
  const query = { ...view, entities: starts, fanOut: FAN_OUT };
  const predicates = [...asked.predicates].slice(0, GRAPH_LIMITS.predicatesMax);
  if (predicates.length > 0) {
    // A relation that is asked for is looked for by itself: of many facts it may be an old one.
    for (const fact of await factGraph.factsOf(reader.scope, { ...query, predicates, limit: ASKED_FACTS_MAX })) {
      note(fact, 1);
    }
  }
  const near = await factGraph.traverse(reader.scope, { ...query, hops: 1, limit: NEAR_FACTS_MAX });
  for (const { fact } of near.facts) note(fact, 1);
  const further = predicates.length === 0 ? [] : furtherOf(near.facts, new Set(starts));
  if (further.length > 0) {
    const step = { ...query, entities: further, fanOut: FURTHER_FAN_OUT, hops: 1, limit: FURTHER_FACTS_MAX };
    for (const { fact } of (await factGraph.traverse(reader.scope, step)).facts) note(fact, 2);
  }
  return findingsOf(diluted([...found.values()]));
}

/** What many facts answer alike, none of them answers in particular: they share what a few would have. */
function diluted(found: readonly GraphAnswer[]): readonly GraphAnswer[] {
  const keyOf = ({ fact, score }: GraphAnswer) => `${fact.predicate}/${score}`;
  const counts = new Map<string, number>();
  for (const one of found) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return found.map((one) => ({ ...one, score: one.score * Math.min(1, ALIKE_MAX / (counts.get(keyOf(one)) ?? 1)) }));
}

function findingsOf(found: readonly GraphAnswer[]): GraphFindings {
  const scores = new Map<MemoryId, number>();
  for (const { fact, score } of found) {
    for (const memoryId of [fact.memoryId, episodeOf(fact)]) {
      if (score > (scores.get(memoryId) ?? 0)) scores.set(memoryId, score);
    }
  }
  const answers = found.filter(({ score }) => score >= ANSWER_SCORE_MIN);
  return { scores, answers: answers.sort(bestFirst).slice(0, ANSWERS_MAX) };
}

async function questionOf(
  factGraph: FactGraph,
  { scope, indexKeys, subjectId }: Reader,
  { question, view }: { readonly question: string; readonly view: GraphView },
): Promise<GraphQuestion> {
  const { names, isOfSpeaker } = questionNamesOf(question);
  const person = scope.subjectId === undefined ? undefined : personOf(indexKeys, subjectId);
  const hashes = names.flatMap((name) => ENTITY_TYPES.map((type) => entityIdOf(indexKeys, type, name)));
  const entities: EntityId[] = [];
  for (let start = 0; start < hashes.length; start += GRAPH_LIMITS.entitiesMax) {
    entities.push(...(await factGraph.resolve(scope, hashes.slice(start, start + GRAPH_LIMITS.entitiesMax), view)));
  }
  const isAboutPerson = isOfSpeaker || (person !== undefined && entities.includes(person));
  return {
    named: new Set(entities.filter((entity) => entity !== person)),
    speaker: isAboutPerson ? person : undefined,
    predicates: askedPredicatesOf(question),
  };
}

/** Where the walk goes on: the other ends of the latest facts. */
function furtherOf(facts: readonly TraversedFact[], starts: ReadonlySet<EntityId>): readonly EntityId[] {
  const others = new Set<EntityId>();
  for (const { fact } of facts) {
    for (const entity of endsOf(fact)) if (!starts.has(entity) && others.size < FURTHER_MAX) others.add(entity);
  }
  return [...others];
}

/** The episode that states a fact; whether it is still there, the catalogue says. */
function episodeOf({ tenantId, subjectId, sourceId }: GraphFact): MemoryId {
  return memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 });
}

function bestFirst(one: GraphAnswer, other: GraphAnswer): number {
  return (
    other.score - one.score ||
    other.fact.validFromMs - one.fact.validFromMs ||
    other.fact.recordedAt - one.fact.recordedAt ||
    (one.fact.memoryId < other.fact.memoryId ? -1 : 1)
  );
}
