import type { Audience, EntityId, MemoryId, SourceId, TenantId } from '@mneme/events';
import {
  type FactEdges,
  FactWalk,
  type GraphFact,
  isWithin,
  latestFirst,
  type ReadScope,
  type SubjectRef,
  type TenantRef,
} from '@mneme/domain';
import {
  type AuditableStore,
  type EntityQuery,
  type ErasableStore,
  type FactGraph,
  type FactState,
  type GraphView,
  requireGraphLimit,
  requireWithinGraphLimits,
  type Traversal,
  type TraverseQuery,
} from '@mneme/ports';
import { FactAudit } from './fact-audit.js';
import { FactNames } from './fact-names.js';
import { FactPages, type Strand } from './fact-pages.js';
import { factOf } from './fact-properties.js';
import { FactSurvey } from './fact-survey.js';
import { FactWrites } from './fact-writes.js';
import { type CandidateRow, HeldFacts } from './held-facts.js';
import type { LabelSpace } from './label-space.js';
import type { Neo4jDatabase } from './neo4j-database.js';
import { type ReadStatements, readStatements } from './read-statements.js';
import { viewValues } from './view-values.js';

/** The fact graph in one label space. What holds is decided by each query; nothing is derived from several facts. */
export class Neo4jFactGraph implements FactGraph, ErasableStore, AuditableStore {
  readonly storeName = 'fact-graph';
  private readonly statements: ReadStatements;
  private readonly writes: FactWrites;
  private readonly names: FactNames;
  private readonly pages: FactPages;
  private readonly survey: FactSurvey;

  constructor(
    private readonly database: Neo4jDatabase,
    private readonly space: LabelSpace,
  ) {
    this.statements = readStatements(space);
    this.writes = new FactWrites(database, space);
    this.names = new FactNames(database, this.statements);
    this.pages = new FactPages(database, this.statements);
    this.survey = new FactSurvey(database, space);
  }

  async upsert(facts: readonly GraphFact[]): Promise<void> {
    if (facts.length > 0) await this.writes.upsert(facts);
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    if (versions.length > 0) await this.writes.remove(versions);
  }

  async resolve(scope: ReadScope, names: readonly EntityId[], view: GraphView): Promise<readonly EntityId[]> {
    requireGraphLimit('entitiesMax', names.length);
    return names.length === 0 ? [] : this.names.resolve(scope, names, view);
  }

  async factsOf(scope: ReadScope, query: EntityQuery): Promise<readonly GraphFact[]> {
    requireWithinGraphLimits(query);
    const edges = await this.edgesOf(scope, query, { entities: query.entities, directions: ['from'] });
    const facts = edges.flatMap((edge) => edge.facts);
    return facts.sort(latestFirst).slice(0, query.limit);
  }

  async traverse(scope: ReadScope, query: TraverseQuery): Promise<Traversal> {
    requireWithinGraphLimits(query);
    requireGraphLimit('hopsMax', query.hops);
    const walk = new FactWalk(query.entities, query.limit);
    for (let hop = 1; hop <= query.hops && walk.goesOn; hop += 1) {
      const edges = await this.edgesOf(scope, query, { entities: walk.nextFrontier(), directions: ['from', 'to'] });
      for (const edge of edges) {
        walk.take(edge, hop);
        if (!walk.goesOn) break;
      }
    }
    return walk.result();
  }

  async statesOf(scope: ReadScope, memoryIds: readonly MemoryId[], view: GraphView): Promise<readonly FactState[]> {
    requireGraphLimit('factsMax', memoryIds.length);
    if (memoryIds.length === 0) return [];
    const values = { ...viewValues(scope, view), memoryIds };
    const rows = await this.database.rows<CandidateRow>(this.statements.ofMemories, values);
    const candidates = rows.map(({ fact, isContested }) => ({ fact: factOf(fact), isContested }));
    const isEnded = await new HeldFacts(this.database, this.statements, { scope, view }).endedOf(candidates);
    return candidates.map(({ fact }): FactState => {
      const isHolding = isWithin(fact, view.validAtMs) && !fact.isNegated;
      return { memoryId: fact.memoryId, state: isEnded(fact) ? 'ended' : isHolding ? 'in-force' : 'not-in-force' };
    });
  }

  async factsFrom(
    scope: ReadScope,
    query: GraphView & { readonly sourceIds: readonly SourceId[]; readonly limit: number },
  ): Promise<readonly GraphFact[]> {
    const { sourceIds, limit } = query;
    requireGraphLimit('factsMax', sourceIds.length);
    requireGraphLimit('factsMax', limit);
    if (sourceIds.length === 0 || limit === 0) return [];
    const strands: readonly Strand[] = [{ direction: 'from' }];
    const text = this.statements.ofSources;
    const [facts = []] = await this.pages.read(scope, {
      text,
      strands,
      wanted: limit,
      view: query,
      values: { sourceIds },
    });
    return facts;
  }

  countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.survey.countSubject(subject, belowEpoch);
  }

  eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.writes.eraseSubject(subject, belowEpoch);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return sourceIds.length === 0 ? 0 : this.writes.eraseSources(subject, sourceIds, belowEpoch);
  }

  probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    return this.survey.probeIds(subject, limit);
  }

  findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return this.survey.findIds(tenantId, ids);
  }

  records(tenant: TenantRef): AsyncIterable<GraphFact> {
    return new FactAudit(this.database, this.space, tenant).records();
  }

  /** What is at each entity, in their order; one more than wanted shows that there are more. */
  private async edgesOf(scope: ReadScope, query: EntityQuery, { entities, directions }: EdgesFrom) {
    const { predicates, fanOut } = query;
    const strands = strandsOf(entities, { audiences: scope.audiences, directions, predicates });
    const text = predicates === undefined ? this.statements.edges : this.statements.edgesOfPredicates;
    const found = await this.pages.read(scope, { text, strands, wanted: fanOut + 1, view: query });
    const perEntity = strands.length / Math.max(entities.length, 1);
    return entities.map((_, at): FactEdges => {
      const ofEntity = found.slice(at * perEntity, (at + 1) * perEntity);
      return {
        facts: ofEntity.flatMap((facts) => facts.slice(0, fanOut)).sort(latestFirst),
        isTruncated: ofEntity.some((facts) => facts.length > fanOut),
      };
    });
  }
}

interface EdgesFrom {
  readonly entities: readonly EntityId[];
  readonly directions: readonly Strand['direction'][];
}

interface StrandKinds {
  readonly audiences: readonly Audience[];
  readonly directions: readonly Strand['direction'][];
  readonly predicates: readonly string[] | undefined;
}

function strandsOf(entities: readonly EntityId[], { audiences, directions, predicates }: StrandKinds) {
  return entities.flatMap((entity) =>
    audiences.flatMap((audience) =>
      directions.flatMap((direction) =>
        (predicates ?? [undefined]).map((predicate): Strand => ({ direction, entity, audience, predicate })),
      ),
    ),
  );
}
