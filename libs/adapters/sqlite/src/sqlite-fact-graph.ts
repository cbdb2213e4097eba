import type { Audience, EntityId, MemoryId, SourceId } from '@mneme/events';
import { type FactEdges, FactWalk, type GraphFact, latestFirst, type ReadScope, type TenantRef } from '@mneme/domain';
import {
  type AuditableStore,
  type EntityQuery,
  type FactGraph,
  type FactState,
  GRAPH_LIMITS,
  type GraphView,
  requireGraphLimit,
  requireWithinGraphLimits,
  type Traversal,
  type TraverseQuery,
} from '@mneme/ports';
import type { Database } from './database.js';
import { type Direction, FactQueries } from './fact-queries.js';
import { FactProof } from './fact-proof.js';
import { FactRetirement } from './fact-retirement.js';
import { factColumns, factOfRow, FactRows } from './fact-rows.js';
import { SubjectSweep } from './subject-sweep.js';
import { SweptStore } from './swept-store.js';
import { pagesOfTenant } from './tenant-pages.js';
import { TimeSlice } from './time-slice.js';

const TABLE = { table: 'facts', key: 'fact_id' };

/** The fact graph on `store.db`. What holds is decided by each query; nothing is rewritten when a fact is superseded. */
export class SqliteFactGraph extends SweptStore implements FactGraph, AuditableStore {
  readonly storeName = 'fact-graph';
  private readonly facts: FactRows;
  private readonly queries: FactQueries;

  constructor(private readonly db: Database) {
    const swept = { ...TABLE, idColumn: 'memory_id', sourceColumn: 'source_id', returning: 'fact_id' };
    super(new SubjectSweep(db, swept));
    const retirement = new FactRetirement(db);
    this.facts = new FactRows(db, retirement);
    this.queries = new FactQueries(db, retirement);
  }

  async upsert(facts: readonly GraphFact[]): Promise<void> {
    if (facts.length > 0) this.facts.upsert(facts);
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    if (versions.length > 0) this.facts.remove(versions);
  }

  async resolve(scope: ReadScope, names: readonly EntityId[], view: GraphView): Promise<readonly EntityId[]> {
    requireGraphLimit('entitiesMax', names.length);
    const found = new Set<EntityId>();
    for (const audience of scope.audiences) {
      for (const entity of this.queries.named(scope, audience, names)) {
        if (found.size >= GRAPH_LIMITS.entitiesMax) break;
        if (this.queries.isNamed({ scope, view, audience, entity })) found.add(entity);
        for (const other of this.aliasesOf({ scope, view, audience, entity })) found.add(other);
      }
    }
    return [...found].sort().slice(0, GRAPH_LIMITS.entitiesMax);
  }

  async factsOf(scope: ReadScope, query: EntityQuery): Promise<readonly GraphFact[]> {
    requireWithinGraphLimits(query);
    const audiences = this.audiencesOf(scope, query.entities);
    const facts = query.entities.flatMap(
      (entity) => this.edgesOf(scope, query, { entity, audiences: audiences(entity), directions: ['from'] }).facts,
    );
    return facts.sort(latestFirst).slice(0, query.limit);
  }

  async traverse(scope: ReadScope, query: TraverseQuery): Promise<Traversal> {
    requireWithinGraphLimits(query);
    requireGraphLimit('hopsMax', query.hops);
    const walk = new FactWalk(query.entities, query.limit);
    const slice = new TimeSlice();
    for (let hop = 1; hop <= query.hops && walk.goesOn; hop += 1) {
      const frontier = walk.nextFrontier();
      const audiences = this.audiencesOf(scope, frontier);
      for (const entity of frontier) {
        if (slice.isUsedUp) await slice.giveWay();
        const from = { entity, audiences: audiences(entity), directions: ['from', 'to'] } as const;
        walk.take(this.edgesOf(scope, query, from), hop);
        if (!walk.goesOn) break;
      }
    }
    return walk.result();
  }

  async statesOf(scope: ReadScope, memoryIds: readonly MemoryId[], view: GraphView): Promise<readonly FactState[]> {
    requireGraphLimit('factsMax', memoryIds.length);
    return memoryIds.length === 0 ? [] : this.queries.states(scope, memoryIds, view);
  }

  async factsFrom(
    scope: ReadScope,
    query: GraphView & { readonly sourceIds: readonly SourceId[]; readonly limit: number },
  ): Promise<readonly GraphFact[]> {
    requireGraphLimit('factsMax', query.sourceIds.length);
    requireGraphLimit('factsMax', query.limit);
    return query.sourceIds.length === 0 ? [] : this.queries.ofSources(scope, query.sourceIds, query);
  }

  async *records(tenant: TenantRef): AsyncIterable<GraphFact> {
    const proof = new FactProof(this.db, tenant);
    for await (const page of pagesOfTenant(this.db, { ...TABLE, columns: factColumns() }, tenant)) {
      const kept = page.map(({ key, row }) => ({ factId: key, fact: factOfRow(row) }));
      proof.page(kept);
      for (const { fact } of kept) yield fact;
    }
    proof.rest();
  }

  private *aliasesOf(query: { scope: ReadScope; view: GraphView; audience: Audience; entity: EntityId }) {
    let after = '';
    for (let found = 0; found < GRAPH_LIMITS.entitiesMax; found += 1) {
      const entity = this.queries.aliased(query, after);
      if (entity === undefined) return;
      yield entity;
      after = entity;
    }
  }

  /** Which of the scope's audiences have an entity at all: most have none of what another one's facts are about. */
  private audiencesOf(scope: ReadScope, entities: readonly EntityId[]): (entity: EntityId) => readonly Audience[] {
    const byEntity = new Map<EntityId, Audience[]>();
    for (const audience of scope.audiences) {
      for (const entity of this.queries.named(scope, audience, entities)) {
        byEntity.set(entity, [...(byEntity.get(entity) ?? []), audience]);
      }
    }
    return (entity) => byEntity.get(entity) ?? [];
  }

  /** The latest of each audience, direction and predicate asked for; one more than wanted shows that there are more. */
  private edgesOf(scope: ReadScope, view: EntityQuery, { entity, audiences, directions }: EdgesFrom): FactEdges {
    const facts: GraphFact[] = [];
    let isTruncated = false;
    for (const audience of audiences) {
      for (const direction of directions) {
        for (const predicate of view.predicates ?? [undefined]) {
          const query = { scope, audience, view, entity, limit: view.fanOut + 1 };
          const found = this.queries.edges(direction, query, predicate);
          if (found.length > view.fanOut) isTruncated = true;
          facts.push(...found.slice(0, view.fanOut));
        }
      }
    }
    return { facts: facts.sort(latestFirst), isTruncated };
  }
}

interface EdgesFrom {
  readonly entity: EntityId;
  readonly audiences: readonly Audience[];
  readonly directions: readonly Direction[];
}
