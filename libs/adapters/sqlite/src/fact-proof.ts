import { Corrupt, type GraphFact, type TenantRef } from '@mneme/domain';
import { type Database, guard, type Statement } from './database.js';
import { aliasRowsOf, endingRowsOf } from './fact-rows.js';
import type { SqlValue } from './record-columns.js';

export interface KeptFact {
  readonly factId: number;
  readonly fact: GraphFact;
}

/**
 * Proves for one tenant that the rows which queries walk along say what the facts say: what each ends, its aliases, and
 * that a fact noted as retired is so. A note that is missing, or an instant from which notes hold that is later than need
 * be, is no fault: it costs time and changes no answer.
 */
export class FactProof {
  private readonly derived: readonly DerivedRows[];
  private readonly unproven: Statement;
  private readonly noted: Statement;

  constructor(
    db: Database,
    private readonly tenant: TenantRef,
  ) {
    this.derived = [
      new DerivedRows(db, { name: 'fact_endings', columns: ENDING_COLUMNS, rowsOf: endingRowsOf }),
      new DerivedRows(db, { name: 'fact_aliases', columns: ALIAS_COLUMNS, rowsOf: aliasRowsOf }),
    ];
    this.unproven = db.prepare(UNPROVEN_SQL);
    this.noted = db.prepare('SELECT 1 FROM fact_retirement');
  }

  /** @throws Corrupt when a row beside one of these facts does not say what the fact says. */
  page(facts: readonly KeptFact[]): void {
    for (const table of this.derived) table.compare(facts);
    const factIds = JSON.stringify(facts.map(({ factId }) => factId));
    if (guard(() => this.unproven.get({ factIds })) === undefined) return;
    throw new Corrupt('a fact is noted as ended by one that does not end it');
  }

  /** After the last page. @throws Corrupt when there are rows beside facts that are not there. */
  rest(): void {
    for (const table of this.derived) table.refuseMore(this.tenant);
    if (guard(() => this.noted.get()) === undefined) throw new Corrupt('since when facts are retired is not noted');
  }
}

interface DerivedTable {
  readonly name: string;
  readonly columns: string;
  readonly rowsOf: (factId: number, fact: GraphFact) => readonly (readonly SqlValue[])[];
}

class DerivedRows {
  private readonly ofFacts: Statement;
  private readonly all: Statement;
  private seen = 0;

  constructor(
    db: Database,
    private readonly table: DerivedTable,
  ) {
    const { name, columns } = table;
    // The engine's binding reads a text up to a zero byte.
    const sql = `SELECT instr(concat(${columns}), char(0)), ${columns} FROM ${name}
      WHERE fact_id IN (SELECT value FROM json_each(?))`;
    this.ofFacts = db.prepare(sql, { returnArrays: true });
    this.all = db.prepare(`SELECT count(*) FROM ${name} WHERE tenant_id = ?`, { returnArrays: true });
  }

  compare(facts: readonly KeptFact[]): void {
    const should = new Set(facts.flatMap(({ factId, fact }) => this.table.rowsOf(factId, fact)).map(textOf));
    const rows = this.rows(this.ofFacts, JSON.stringify(facts.map(({ factId }) => factId)));
    this.seen += rows.length;
    if (rows.length === should.size && rows.every(([zeroByte, ...row]) => zeroByte === 0 && should.has(textOf(row)))) {
      return;
    }
    throw new Corrupt(`the rows of ${this.table.name} are not those of their facts`);
  }

  refuseMore({ tenantId }: TenantRef): void {
    if (this.rows(this.all, tenantId)[0]?.[0] === this.seen) return;
    throw new Corrupt(`${this.table.name} has rows of no fact`);
  }

  private rows(statement: Statement, value: string): readonly (readonly SqlValue[])[] {
    return guard(() => statement.all(value)) as unknown as readonly (readonly SqlValue[])[];
  }
}

function textOf(row: readonly SqlValue[]): string {
  return JSON.stringify(row);
}

const ENDING_COLUMNS =
  'fact_id, tenant_id, audience, subject_id, slot, valid_from_ms, occurred_at_ms, recorded_at, memory_id, takes_back';
const ALIAS_COLUMNS = 'fact_id, tenant_id, audience, alias, entity';

/** The conditions under which `FactRetirement` notes it, and all that makes it take the note back. */
const UNPROVEN_SQL = `SELECT 1 FROM facts AS elder LEFT JOIN facts AS later ON later.fact_id = elder.retired_by
  WHERE elder.fact_id IN (SELECT value FROM json_each(:factIds)) AND elder.retired_by IS NOT NULL
    AND NOT coalesce(
      later.tenant_id = elder.tenant_id AND later.audience = elder.audience AND later.subject_id = elder.subject_id
      AND later.memory_id <> elder.memory_id
      AND (elder.valid_from_ms, elder.recorded_at, elder.memory_id)
        < (later.valid_from_ms, later.recorded_at, later.memory_id)
      AND elder.trust <= later.trust AND elder.confidence <= later.confidence
      AND (later.department_id IS NULL OR coalesce(elder.department_id = later.department_id, 0))
      AND (later.expires_at_ms IS NULL OR coalesce(elder.expires_at_ms <= later.expires_at_ms, 0))
      AND later.is_negated = 0 AND later.valid_to_ms IS NULL AND later.valid_from_ms <= later.recorded_at / 1000.0
      AND later.valid_from_ms <= (SELECT until_ms FROM fact_retirement)
      AND EXISTS (SELECT 1 FROM fact_endings WHERE fact_endings.fact_id = later.fact_id
        AND slot IN (elder.own_slot, elder.wide_slot))
      AND NOT EXISTS (SELECT 1 FROM facts AS higher WHERE higher.memory_id = later.memory_id
        AND higher.version > later.version AND higher.tenant_id = later.tenant_id)
      AND NOT EXISTS (SELECT 1 FROM fact_endings AS word INDEXED BY fact_endings_taking_back
        WHERE word.tenant_id = later.tenant_id AND word.audience = later.audience
          AND word.subject_id = later.subject_id AND word.slot IN (later.own_slot, later.wide_slot)
          AND word.takes_back = 1 AND word.fact_id <> later.fact_id),
    0)
  LIMIT 1`;
