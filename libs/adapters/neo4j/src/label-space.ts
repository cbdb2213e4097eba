import { requireLabelSpace } from './neo4j-options.js';

/** What the parts of one label space are called in statements. */
export interface LabelSpace {
  readonly name: string;
  /** Nodes: a name or a thing, by its keyed hash. */
  readonly entity: string;
  /** Nodes: what a fact says that is no entity. */
  readonly value: string;
  /** The one node that says which form the label space has. */
  readonly schema: string;
  /** Relationships: one a version of a fact. */
  readonly fact: string;
  /** Relationships: from a name to the entity that a version of a fact gives it to. */
  readonly alias: string;
}

/** @throws InvalidInput. */
export function labelSpaceOf(name: string): LabelSpace {
  const space = requireLabelSpace(name);
  return {
    name: space,
    entity: `${space}_Entity`,
    value: `${space}_Value`,
    schema: `${space}_Schema`,
    fact: `${space}_FACT`,
    alias: `${space}_ALIAS`,
  };
}
