import type { EntityId, MemoryId } from '@mneme/events';
import { endsOf, type GraphFact } from './graph-fact.js';
import { latestFirst } from './in-force.js';

/** Entities that one walk looks at; beyond them it is cut short. */
const WALKED_ENTITIES_MAX = 500;

/** What an engine gives for one entity: facts in force that touch it, the latest first, and whether there are more. */
export interface FactEdges {
  readonly facts: readonly GraphFact[];
  readonly isTruncated: boolean;
}

export interface WalkedFact {
  readonly fact: GraphFact;
  /** From 1: over how many edges it was reached. */
  readonly hop: number;
}

export interface Walked {
  /** By hop, then the latest first by (validFrom, recordedAt, memoryId). */
  readonly facts: readonly WalkedFact[];
  /** Whether a limit left something out. */
  readonly isTruncated: boolean;
}

/** One traversal: what it has found, and where it goes next. An engine says what is at an entity, and nothing else. */
export class FactWalk {
  private readonly found = new Map<MemoryId, WalkedFact>();
  private readonly seen: Set<EntityId>;
  private frontier: EntityId[];
  private isTruncated = false;

  constructor(
    entities: readonly EntityId[],
    private readonly factsMax: number,
  ) {
    this.frontier = [...entities];
    this.seen = new Set(entities);
  }

  get goesOn(): boolean {
    return this.found.size < this.factsMax;
  }

  /** The entities that were met in the last hop, in the order in which they were. */
  nextFrontier(): readonly EntityId[] {
    const frontier = this.frontier;
    this.frontier = [];
    return frontier;
  }

  /** What is at one entity of the frontier; the entities of a hop in their order. */
  take({ facts, isTruncated }: FactEdges, hop: number): void {
    if (isTruncated) this.isTruncated = true;
    for (const fact of facts) {
      if (this.found.has(fact.memoryId)) continue;
      if (!this.goesOn) {
        this.isTruncated = true;
        return;
      }
      this.found.set(fact.memoryId, { fact, hop });
      for (const entity of endsOf(fact)) this.meet(entity);
    }
  }

  result(): Walked {
    const facts = [...this.found.values()].sort((a, b) => a.hop - b.hop || latestFirst(a.fact, b.fact));
    return { facts, isTruncated: this.isTruncated };
  }

  private meet(entity: EntityId): void {
    if (this.seen.has(entity)) return;
    if (this.seen.size >= WALKED_ENTITIES_MAX) {
      this.isTruncated = true;
      return;
    }
    this.seen.add(entity);
    this.frontier.push(entity);
  }
}
