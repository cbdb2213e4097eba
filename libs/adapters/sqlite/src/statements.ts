import type { Database, Statement } from './database.js';

/** Named statements of one store, each prepared when it is first used. */
export class Statements<Name extends string> {
  private readonly prepared = new Map<Name, Statement>();

  constructor(
    private readonly db: Database,
    private readonly sql: Readonly<Record<Name, string>>,
  ) {}

  of(name: Name): Statement {
    const known = this.prepared.get(name);
    if (known !== undefined) return known;
    const statement = this.db.prepare(this.sql[name]);
    this.prepared.set(name, statement);
    return statement;
  }
}
