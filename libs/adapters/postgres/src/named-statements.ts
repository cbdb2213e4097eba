import type { Value } from './database.js';
import type { Statement } from './statements.js';

/** A statement whose values are given by name, written as `:name`. */
export interface NamedStatement extends Statement {
  /** In the order of their numbers. */
  readonly names: readonly string[];
}

export type NamedValues = Readonly<Record<string, Value>>;

/** The statements of one store by their names; `store` makes these unique among all that use a connection. */
export function namedStatementsOf<Name extends string>(
  store: string,
  sql: Readonly<Record<Name, string>>,
): Readonly<Record<Name, NamedStatement>> {
  const entries = Object.entries<string>(sql).map(([name, text]) => [name, named(`${store}.${name}`, text)]);
  return Object.fromEntries(entries) as Record<Name, NamedStatement>;
}

/** The values of a statement in their order. @throws TypeError when one is missing: to ask with NULL is another question. */
export function valuesFor(statement: NamedStatement, values: NamedValues): readonly Value[] {
  return statement.names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${statement.name} was given no ${name}`);
    return value;
  });
}

// A colon within `::`, a cast, names nothing.
const NAME = /(?<!:):([a-zA-Z]\w*)/g;

function named(name: string, sql: string): NamedStatement {
  const names: string[] = [];
  const text = sql.replace(NAME, (_, value: string) => {
    if (!names.includes(value)) names.push(value);
    return `$${names.indexOf(value) + 1}`;
  });
  return { name, text, names };
}
