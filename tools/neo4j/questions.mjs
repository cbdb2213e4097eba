import { createPrincipal, readScopeOf } from '../../libs/domain/dist/index.js';

export const TENANT = 'measured';
const NOW_MS = Date.parse('2027-01-01T00:00:00.000Z');
const THEN_MS = Date.parse('2026-01-01T01:00:00.000Z');
const VIEW = { nowMs: NOW_MS, validAtMs: NOW_MS, knownAt: Number.MAX_SAFE_INTEGER, confidenceMin: 0 };
const PAST = { ...VIEW, validAtMs: THEN_MS, knownAt: THEN_MS * 1_000 };
const PROFILE = [
  ...['name_is', 'has_role', 'works_at', 'lives_in', 'plan_is', 'account_is'],
  ...['prefers', 'avoids', 'works_on', 'constrained_by'],
];

/** What services ask of the graph, each of one person by a reader who speaks for that person. */
export function questionsTo(graph) {
  const edges = (person, given) => ({ ...VIEW, entities: [person.entity], ...given });
  const walk = (person, given) => graph.traverse(scopeOf(person), edges(person, given));
  return {
    'resolve 64 names': (person) =>
      graph.resolve(scopeOf(person), [person.alias, person.entity, ...strangers(62)], VIEW),
    'profile, 10 relations': (person) =>
      graph.factsOf(scopeOf(person), edges(person, { predicates: PROFILE, fanOut: 10, limit: 500 })),
    '2 relations, limit 40': (person) =>
      graph.factsOf(scopeOf(person), edges(person, { predicates: ['uses', 'lives_in'], fanOut: 12, limit: 40 })),
    '1 hop, fan-out 12': (person) => walk(person, { hops: 1, fanOut: 12, limit: 48 }),
    '2 hops, fan-out 20': (person) => walk(person, { hops: 2, fanOut: 20, limit: 200 }),
    '4 hops, fan-out 20': (person) => walk(person, { hops: 4, fanOut: 20, limit: 500 }),
    '1 hop, fan-out 50, in the past': (person) => walk(person, { ...PAST, hops: 1, fanOut: 50, limit: 100 }),
    'states of 50 facts': (person) => graph.statesOf(scopeOf(person), idsOf(person, 50), VIEW),
    'facts from 10 turns': (person) =>
      graph.factsFrom(scopeOf(person), { ...VIEW, sourceIds: sourcesOf(person, 10), limit: 100 }),
  };
}

/** A reader in a department and two teams. */
function scopeOf({ subjectId }) {
  const claims = {
    keyId: 'measuring',
    tenantId: TENANT,
    agentId: 'agent',
    teamIds: ['one', 'two'],
    departmentId: 'sales',
    rights: new Set(['recall']),
    minTrust: 0,
  };
  return readScopeOf(createPrincipal(claims), subjectId);
}

function strangers(count) {
  return Array.from({ length: count }, (_, at) => at.toString(16).padStart(32, 'f'));
}

function idsOf(person, count) {
  return person.some.slice(0, count).map(({ memoryId }) => memoryId);
}

function sourcesOf(person, count) {
  return Array.from({ length: count }, (_, at) => person.sourceOf(at * 5));
}
