/** What an entity is. Closed: `thing` takes what none of the others names. */
export const ENTITY_TYPES = [
  'person',
  'organisation',
  'project',
  'product',
  'place',
  'account',
  'event',
  'thing',
] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/**
 * How many facts of one subject and predicate hold at a time. `one`: a later one supersedes. `one-by-qualifier`: a later
 * one with the same qualifier supersedes, and those without a qualifier stand side by side. `many`: none supersedes.
 */
export type Cardinality = 'one' | 'one-by-qualifier' | 'many';

export interface PredicateRule {
  readonly cardinality: Cardinality;
  /** What the object is: an entity of one of these types, or `value`, a text or time that is no node of its own. */
  readonly objects: readonly (EntityType | 'value')[];
  /** A fact ends the one that says the opposite of the same object. */
  readonly opposite?: Predicate;
}

export type Predicate =
  | 'prefers'
  | 'avoids'
  | 'name_is'
  | 'has_role'
  | 'works_at'
  | 'works_on'
  | 'uses'
  | 'owns'
  | 'lives_in'
  | 'knows'
  | 'related_to_person'
  | 'member_of'
  | 'scheduled_for'
  | 'decided'
  | 'constrained_by'
  | 'plan_is'
  | 'account_is'
  | 'status_is'
  | 'related_to';

/** The closed set of relations; docs/facts.md says what each means. */
export const PREDICATES: Readonly<Record<Predicate, PredicateRule>> = {
  prefers: { cardinality: 'one-by-qualifier', objects: ['thing'], opposite: 'avoids' },
  avoids: { cardinality: 'many', objects: ['thing'], opposite: 'prefers' },
  name_is: { cardinality: 'one', objects: ['value'] },
  has_role: { cardinality: 'one', objects: ['value'] },
  works_at: { cardinality: 'one', objects: ['organisation'] },
  works_on: { cardinality: 'many', objects: ['project'] },
  uses: { cardinality: 'many', objects: ['product'] },
  owns: { cardinality: 'many', objects: ['thing'] },
  lives_in: { cardinality: 'one', objects: ['place'] },
  knows: { cardinality: 'many', objects: ['person'] },
  related_to_person: { cardinality: 'many', objects: ['person'] },
  member_of: { cardinality: 'many', objects: ['organisation'] },
  scheduled_for: { cardinality: 'one', objects: ['value'] },
  decided: { cardinality: 'many', objects: ['value'] },
  constrained_by: { cardinality: 'many', objects: ['value'] },
  plan_is: { cardinality: 'many', objects: ['value'] },
  account_is: { cardinality: 'one-by-qualifier', objects: ['account'] },
  status_is: { cardinality: 'one', objects: ['value'] },
  related_to: {
    cardinality: 'many',
    objects: ['person', 'organisation', 'project', 'product', 'place', 'event', 'thing'],
  },
};
