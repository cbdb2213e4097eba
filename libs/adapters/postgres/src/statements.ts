/** One statement; under its name a connection keeps it prepared. Without a name it is planned at every call. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** The statements of one store by their names. `store` makes these unique among all that use a connection. */
export function statementsOf<Name extends string>(
  store: string,
  sql: Readonly<Record<Name, string>>,
): Readonly<Record<Name, Statement>> {
  const named = Object.entries<string>(sql).map(([name, text]) => [name, { name: `${store}.${name}`, text }]);
  return Object.fromEntries(named) as Record<Name, Statement>;
}
