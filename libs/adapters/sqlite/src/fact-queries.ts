import type { Audience, EntityId, MemoryId, SourceId } from '@mneme/events';
import type { GraphFact, ReadScope } from '@mneme/domain';
import type { FactState, GraphView } from '@mneme/ports';
import { type Database, guard, type Statement } from './database.js';
import { factPredicates } from './fact-predicates.js';
import type { FactRetirement } from './fact-retirement.js';
import { factColumns, factOfRow } from './fact-rows.js';
import type { SqlValue } from './record-columns.js';
import { type Predicate, segmentPredicate } from './scope-predicate.js';

export type Direction = 'from' | 'to';

export interface EdgeQuery {
  readonly scope: ReadScope;
  readonly audience: Audience;
  readonly view: GraphView;
  readonly entity: EntityId;
  readonly limit: number;
}

/** The queries of the fact graph, each with the scope inside; a statement is compiled once for each of their forms. */
export class FactQueries {
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly retirement: FactRetirement,
  ) {}

  /** Facts in force at one end of an entity, latest first. */
  edges(direction: Direction, query: EdgeQuery, predicate?: string): readonly GraphFact[] {
    const { scope, view, audience, entity, limit } = query;
    const { inForce, values } = factPredicates(scope, view, audience);
    const { index, column } = DIRECTIONS[direction];
    const one = predicate === undefined ? '' : 'AND predicate = :predicate';
    const by = predicate !== undefined && direction === 'from' ? 'facts_by_predicate' : index;
    const select = (isRetired: number) => `SELECT * FROM (SELECT ${factColumns()} FROM facts INDEXED BY ${by}
      WHERE ${column} = :entity ${one} AND is_retired = ${isRetired} AND ${inForce} ${LATEST_FIRST} ${LIMIT})`;
    // Each part follows the order of the index and stops at the limit.
    const all = this.retirement.isPast(view) ? [0] : [0, 1];
    const sql = `${all.map(select).join(' UNION ALL ')} ${LATEST_FIRST} ${LIMIT}`;
    const named: Predicate['values'] = predicate === undefined ? {} : { predicate };
    return this.rows({ sql, values: { ...values, ...named, entity, limit } }).map(factOfRow);
  }

  /**
   * Which of the names the audience has at all, as an entity or as an alias, whether or not the reader sees why: most
   * words of a question are none, and one look at the indexes tells those apart.
   */
  named({ tenantId }: ReadScope, audience: Audience, names: readonly EntityId[]): readonly EntityId[] {
    const { sql, values } = segmentPredicate(tenantId, audience);
    if (names.length === 0 || this.rows({ sql: hasFactsSql(sql), values }).length === 0) return [];
    const query = { sql: namedSql(sql), values: { ...values, names: JSON.stringify(names) } };
    return this.rows(query).map(([name]) => name as EntityId);
  }

  /** The least entity above `after` that a visible fact gives the alias for. */
  aliased(query: Omit<EdgeQuery, 'limit'>, after: string): EntityId | undefined {
    const { scope, view, audience, entity: alias } = query;
    const { visible, values } = factPredicates(scope, view, audience);
    const sql = `SELECT entity FROM fact_aliases
      WHERE tenant_id = :tenantId AND audience = :audience AND alias = :alias AND entity > :after
        AND EXISTS (SELECT 1 FROM facts WHERE fact_id = fact_aliases.fact_id AND ${visible})
      ORDER BY entity LIMIT 1`;
    return this.rows({ sql, values: { ...knownValues(values), alias, after } })[0]?.[0] as EntityId | undefined;
  }

  /** Whether a visible fact touches the entity. */
  isNamed(query: Omit<EdgeQuery, 'limit'>): boolean {
    const { scope, view, audience, entity } = query;
    const { visible, values } = factPredicates(scope, view, audience);
    return (['from', 'to'] as const).some((direction) => {
      const { index, column } = DIRECTIONS[direction];
      const sql = `SELECT 1 FROM facts INDEXED BY ${index} WHERE ${column} = :entity AND ${visible} LIMIT 1`;
      return this.rows({ sql, values: { ...knownValues(values), entity } }).length > 0;
    });
  }

  states(scope: ReadScope, memoryIds: readonly MemoryId[], view: GraphView): readonly FactState[] {
    const { visible, isWithin, ended, values } = factPredicates(scope, view);
    const sql = `SELECT memory_id, ${isWithin} AND is_negated = 0, ${ended} FROM facts INDEXED BY facts_by_memory
      WHERE memory_id IN (SELECT value FROM json_each(:memoryIds)) AND ${visible} ORDER BY memory_id`;
    return this.rows({ sql, values: { ...values, memoryIds: JSON.stringify(memoryIds) } }).map(stateOfRow);
  }

  ofSources(scope: ReadScope, sourceIds: readonly SourceId[], view: GraphView & { limit: number }) {
    const { inForce, values } = factPredicates(scope, view);
    const sql = `SELECT ${factColumns()} FROM facts INDEXED BY facts_by_source
      WHERE source_id IN (SELECT value FROM json_each(:sourceIds)) AND ${inForce} ${LATEST_FIRST} ${LIMIT}`;
    const named = { sourceIds: JSON.stringify(sourceIds), limit: view.limit };
    return this.rows({ sql, values: { ...values, ...named } }).map(factOfRow);
  }

  private rows({ sql, values }: Predicate): readonly (readonly SqlValue[])[] {
    return guard(() => {
      let statement = this.statements.get(sql);
      if (statement === undefined) {
        statement = this.db.prepare(sql, { returnArrays: true });
        this.statements.set(sql, statement);
      }
      return statement.all(values) as unknown as readonly (readonly SqlValue[])[];
    });
  }
}

const DIRECTIONS = {
  from: { index: 'facts_from_entity', column: 'subject_entity' },
  to: { index: 'facts_to_entity', column: 'object_entity' },
} as const;

function hasFactsSql(ofAudience: string): string {
  return `SELECT 1 FROM facts INDEXED BY facts_from_entity WHERE ${ofAudience} LIMIT 1`;
}

function namedSql(ofAudience: string): string {
  return `SELECT value FROM json_each(:names) AS name
    WHERE EXISTS (SELECT 1 FROM facts INDEXED BY facts_from_entity
        WHERE ${ofAudience} AND subject_entity = name.value)
      OR EXISTS (SELECT 1 FROM facts INDEXED BY facts_to_entity WHERE ${ofAudience} AND object_entity = name.value)
      OR EXISTS (SELECT 1 FROM fact_aliases WHERE ${ofAudience} AND alias = name.value)`;
}

// A bare parameter as LIMIT makes SQLite compile the statement anew at each run; the sum does not.
const LIMIT = 'LIMIT :limit + 0';
const LATEST_FIRST = 'ORDER BY valid_from_ms DESC, recorded_at DESC, memory_id DESC';

function stateOfRow([memoryId, isWithin, ended]: readonly SqlValue[]): FactState {
  const state = ended === 1 ? 'ended' : isWithin === 1 ? 'in-force' : 'not-in-force';
  return { memoryId: memoryId as MemoryId, state };
}

// A statement refuses a value that it does not name.
function knownValues({ validAtMs: _, ...values }: Predicate['values']): Predicate['values'] {
  return values;
}
