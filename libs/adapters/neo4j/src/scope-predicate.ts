import type { ReadScope } from '@mneme/domain';

/**
 * What a scope may read, in Cypher: the one place that says it. Over all of the scope's audiences or, where the order of
 * an index is wanted, over one of them, which is then an expression. A part that is an OR would make the engine walk the
 * index once for each of its sides.
 */
export function scopeText(fact: string, audience?: string): string {
  return [tenantText(fact), audienceText(fact, audience), departmentText(fact), `${fact}.trust >= $p.minTrust`].join(
    ' AND ',
  );
}

export function scopeValues({ tenantId, audiences, departmentIds, minTrust }: ReadScope) {
  return { tenantId, audiences, departmentIds: [NO_DEPARTMENT, ...departmentIds], minTrust };
}

/** Of nodes and relationships alike. */
export function tenantText(name: string): string {
  return `${name}.tenantId = $p.tenantId`;
}

function audienceText(fact: string, audience: string | undefined): string {
  if (audience === undefined) return `${fact}.audience IN $p.audiences`;
  return `${fact}.audience = ${audience} AND ${audience} IN $p.audiences`;
}

function departmentText(fact: string): string {
  return `coalesce(${fact}.departmentId, '${NO_DEPARTMENT}') IN $p.departmentIds`;
}

const NO_DEPARTMENT = '';
