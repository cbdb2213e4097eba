import { ENDS } from './fact-properties.js';
import type { LabelSpace } from './label-space.js';
import { scopeText, tenantText } from './scope-predicate.js';

export type ReadStatements = ReturnType<typeof readStatements>;

/**
 * The reads of the graph, each with the scope inside. Every relationship that a statement touches is found along an index
 * that it names: plans do not depend on how much is there when they are made. An index gives its order only to a statement
 * that orders by all of its properties.
 */
export function readStatements(space: LabelSpace) {
  const texts = new Texts(space);
  return {
    edges: texts.edges(false),
    edgesOfPredicates: texts.edges(true),
    /** What may end the facts at the places, and what may take back. */
    bearing: texts.bearing([...ENDS.map((end) => texts.later(end)), ...ENDS.map((end) => texts.word(end))]),
    words: texts.bearing(ENDS.map((end) => texts.word(end))),
    ofMemories: texts.ofMemories(),
    ofSources: texts.ofSources(),
    named: texts.named(),
    aliased: texts.aliased(),
  };
}

class Texts {
  constructor(private readonly space: LabelSpace) {}

  /** For each of `from` and `to`: facts that begin or end at an entity, from a place in the order on. */
  edges(isOfPredicates: boolean): string {
    const predicate = isOfPredicates ? ['predicate'] : [];
    const from = this.edgesAt('from', ['subjectEntity', ...predicate], '');
    const to = this.edgesAt('to', ['objectEntity'], isOfPredicates ? 'AND f.predicate = at.predicate' : '');
    return `CALL { ${from} UNION ALL ${to} } RETURN at, properties(f) AS fact, ${this.contested} AS isContested`;
  }

  bearing(parts: readonly string[]): string {
    return `UNWIND $p.places AS at CALL (at) { ${parts.join(' UNION ALL ')} } RETURN DISTINCT properties(f) AS fact`;
  }

  later(end: string): string {
    return `MATCH ()-[f:${this.space.fact}]->() ${this.seek('f', ['subjectId', end, 'validFromMs'])}
      WHERE f.subjectId = at.subjectId AND f.${end} = at.slot AND f.validFromMs >= at.fromMs AND ${this.atPlace} RETURN f`;
  }

  word(end: string): string {
    return `MATCH ()-[f:${this.space.fact}]->() ${this.seek('f', ['subjectId', end, 'wordAtMs'])}
      WHERE f.subjectId = at.subjectId AND f.${end} = at.slot AND f.wordAtMs >= at.saidAtMs AND ${this.atPlace} RETURN f`;
  }

  ofMemories(): string {
    const { fact } = this.space;
    return `MATCH ()-[f:${fact}]->() USING INDEX SEEK f:${fact}(memoryId, version, tenantId)
      WHERE f.memoryId IN $p.memoryIds AND f.version IS NOT NULL AND ${this.seen()}
      RETURN properties(f) AS fact, ${this.contested} AS isContested ORDER BY f.memoryId`;
  }

  ofSources(): string {
    return `UNWIND $p.from AS at CALL (at) {
        MATCH ()-[f:${this.space.fact}]->() ${this.seek('f', ['sourceId'])}
        WHERE f.sourceId IN $p.sourceIds AND ${this.holding()}
        RETURN f ORDER BY f.validFromMs DESC, f.recordedAt DESC, f.memoryId DESC LIMIT toInteger($p.pageSize)
      } RETURN 0 AS at, properties(f) AS fact, ${this.contested} AS isContested`;
  }

  /**
   * Of names that are nodes, by audience: whether a visible fact touches them, and the two least entities that one gives
   * them to. Most words of a question name nothing, and one look at the nodes says so.
   */
  named(): string {
    const { entity } = this.space;
    const at = (property: string) => `EXISTS { MATCH ()-[f:${this.space.fact}]->()
      ${this.seek('f', ['audience', property, 'validFromMs'])}
      WHERE f.${property} = name AND f.validFromMs IS NOT NULL AND ${this.seen('audience')} }`;
    const place = { name: 'name', audience: 'audience' };
    return `UNWIND $p.names AS name
      MATCH (n:${entity}) USING INDEX SEEK n:${entity}(tenantId, entity) WHERE ${tenantText('n')} AND n.entity = name
      UNWIND $p.audiences AS audience
      CALL (name, audience) { ${this.aliasedAt({ ...place, after: "''" })} RETURN collect(entity) AS first }
      CALL (name, audience, first) { ${this.aliasedAt({ ...place, after: 'first[0]' })} RETURN collect(entity) AS second }
      RETURN name, audience, first + second AS entities, ${at('subjectEntity')} OR ${at('objectEntity')} AS isSeen`;
  }

  /** For each name and audience the least entity above `after` that a visible fact gives the name to. */
  aliased(): string {
    const place = { name: 'at.name', audience: 'at.audience', after: 'at.after' };
    return `UNWIND $p.names AS at CALL (at) { ${this.aliasedAt(place)} RETURN entity }
      RETURN at.name AS name, at.audience AS audience, [entity] AS entities`;
  }

  private aliasedAt({ name, audience, after }: Readonly<Record<'name' | 'audience' | 'after', string>>): string {
    const { alias, fact } = this.space;
    return `MATCH ()-[a:${alias}]->() USING INDEX SEEK a:${alias}(tenantId, audience, alias, entity)
      WHERE ${tenantText('a')} AND a.audience = ${audience} AND a.alias = ${name} AND a.entity > ${after}
        AND EXISTS { MATCH ()-[f:${fact}]->() USING INDEX SEEK f:${fact}(memoryId, version, tenantId)
          WHERE f.memoryId = a.memoryId AND f.version = a.version AND ${this.seen(audience)} }
      WITH a.entity AS entity ORDER BY a.tenantId, a.audience, a.alias, a.entity LIMIT 1`;
  }

  private edgesAt(parameter: string, keys: readonly string[], more: string): string {
    const properties = ['audience', ...keys, 'validFromMs'];
    const order = ['tenantId', ...properties, 'recordedAt', 'memoryId'].map((key) => `f.${key} DESC`).join(', ');
    return `UNWIND $p.${parameter} AS at CALL (at) {
        MATCH ()-[f:${this.space.fact}]->() ${this.seek('f', properties)}
        WHERE ${keys.map((key) => `f.${key} = at.${key}`).join(' AND ')} AND ${this.holding('at.audience')} ${more}
        RETURN f ORDER BY ${order} LIMIT toInteger($p.pageSize)
      } RETURN at.at AS at, f`;
  }

  private seek(name: string, keys: readonly string[]): string {
    return `USING INDEX SEEK ${name}:${this.space.fact}(${['tenantId', ...keys].join(', ')})`;
  }

  /** What the reader can see and knows of; what was narrowed is not read in its older form by whoever sees that alone. */
  private seen(audience?: string): string {
    const { fact } = this.space;
    return `${scopeText('f', audience)} AND f.confidence >= $p.confidenceMin AND coalesce(f.expiresAtMs, $p.never) > $p.nowMs
      AND f.version <= $p.knownAt
      AND NOT EXISTS { MATCH ()-[h:${fact}]->() USING INDEX SEEK h:${fact}(memoryId, version, tenantId)
        WHERE h.memoryId = f.memoryId AND h.version > f.version AND h.version <= $p.knownAt AND ${tenantText('h')} }`;
  }

  private get within(): string {
    return 'f.validFromMs <= $p.validAtMs AND coalesce(f.validToMs, $p.never) > $p.validAtMs';
  }

  /** Seen, of its time, no negation, and not yet had: nothing of it is said about what ends it. */
  private holding(audience?: string): string {
    return `${this.seen(audience)} AND ${this.within} AND f.isNegated = false AND f.validFromMs <= at.fromMs
      AND [f.validFromMs, f.recordedAt, f.memoryId] < [at.fromMs, at.recordedAt, at.memoryId]
      AND NOT (f.audience + '/' + f.subjectId + '/' + f.ownSlot) IN $p.closed
      AND NOT (f.audience + '/' + f.subjectId + '/' + coalesce(f.wideSlot, '')) IN $p.closed`;
  }

  private get atPlace(): string {
    return `${this.seen('at.audience')} AND ${this.within} AND NOT f.memoryId IN $p.known`;
  }

  /** Whether anything at all may end it, seen or not: most facts are ended by nothing. */
  private get contested(): string {
    const { fact } = this.space;
    const other = (end: string, since: string, from: string) => `EXISTS { MATCH ()-[o:${fact}]->()
      ${this.seek('o', ['subjectId', end, since])}
      WHERE ${tenantText('o')} AND o.subjectId = f.subjectId AND o.${end} IN [f.ownSlot, f.wideSlot]
        AND o.${since} >= f.${from} AND o.memoryId <> f.memoryId AND o.audience = f.audience }`;
    return ENDS.flatMap((end) => [
      other(end, 'validFromMs', 'validFromMs'),
      other(end, 'wordAtMs', 'occurredAtMs'),
    ]).join(' OR ');
  }
}
