import type { EntityId, MemoryId, SourceId } from '@mneme/events';
import type { At, GraphFact, ReadScope } from '@mneme/domain';

/** What a reader of the graph sees, beside its scope, applied inside the engine's query. */
export interface GraphView extends At {
  /** Facts that expire at or before are left out, epoch ms. */
  readonly nowMs: number;
  readonly confidenceMin: number;
}

/** What is asked of one or several entities. */
export interface EntityQuery extends GraphView {
  /** Distinct, at most 64. */
  readonly entities: readonly EntityId[];
  /** Only facts of these predicates, at most 32; absent: of all. */
  readonly predicates?: readonly string[];
  /** Facts of each entity (and, where predicates are given, of each of them) from each audience, at most 200. */
  readonly fanOut: number;
  /** Facts of the answer, at most 1,000. */
  readonly limit: number;
}

export interface TraverseQuery extends EntityQuery {
  /** How many edges away from where it starts, 1 to 4. */
  readonly hops: number;
}

export interface TraversedFact {
  readonly fact: GraphFact;
  /** From 1: over how many edges it was reached. */
  readonly hop: number;
}

export interface Traversal {
  /** By hop, then the latest first by (validFrom, recordedAt, memoryId). */
  readonly facts: readonly TraversedFact[];
  /** Whether a limit left something out. */
  readonly isTruncated: boolean;
}

/** A version of a fact and whether it holds at the instant asked for, and if not, what ended it. */
export interface FactState {
  readonly memoryId: MemoryId;
  /** `ended`: superseded or taken back. `not-in-force`: a negation, or outside of its own time. */
  readonly state: 'in-force' | 'ended' | 'not-in-force';
}

/**
 * Entities and the facts between them, with the time in which each holds and the time since when it is known; no text.
 *
 * What holds is decided by reading: `inForce` of the domain over the facts that the reader can see, so that no order of
 * arrival matters, a fact that goes gives back what it had ended, and what a reader may not see ends nothing for it.
 * The scope is a predicate inside the engine's query. Another tenant's facts change no answer and no order.
 *
 * An entity is there for as long as a fact or an alias names it, and goes with the last one.
 */
export interface FactGraph {
  /** Adds or replaces versions by (memoryId, version). Idempotent, all or none; durable when it resolves. */
  upsert(facts: readonly GraphFact[]): Promise<void>;
  /** Removes versions by id; idempotent. */
  remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void>;

  /**
   * The entities that the names' hashes stand for: each name itself where a readable fact touches it, and what a readable
   * fact gives it as an alias for. Distinct, ascending; at most 64 names, at most 64 entities.
   */
  resolve(scope: ReadScope, names: readonly EntityId[], view: GraphView): Promise<readonly EntityId[]>;

  /**
   * Facts in force that begin at the entities, latest first by (validFrom, recordedAt, memoryId), in one query for all
   * that a profile needs. @throws LimitExceeded.
   */
  factsOf(scope: ReadScope, query: EntityQuery): Promise<readonly GraphFact[]>;

  /**
   * Facts in force that can be reached from the entities over at most `hops` edges, in either direction. Aliases are
   * not followed: names are resolved before. Each fact once, at its least hop. @throws LimitExceeded.
   */
  traverse(scope: ReadScope, query: TraverseQuery): Promise<Traversal>;

  /** What became of readable facts, at most 1,000; those that are absent or cannot be seen are left out alike. */
  statesOf(scope: ReadScope, memoryIds: readonly MemoryId[], view: GraphView): Promise<readonly FactState[]>;

  /**
   * Facts in force that came from these turns, at most 1,000 of them, latest first; at most `limit`.
   * @throws LimitExceeded.
   */
  factsFrom(
    scope: ReadScope,
    query: GraphView & { readonly sourceIds: readonly SourceId[]; readonly limit: number },
  ): Promise<readonly GraphFact[]>;
}
