import type { SourceId, TenantId, TurnId } from '@mneme/events';
import { type SubjectRef, Unavailable } from '@mneme/domain';
import type { AcceptedTurns, ErasableStore, ReservedTurn, TurnMark, TurnReservation } from '@mneme/ports';
import { ACCEPTED_TURNS_SQL as SQL } from './accepted-turns-sql.js';
import type { Database } from './database.js';
import { DEFAULT_MARK_OPTIONS, MarkWriter, type MarkWriterOptions } from './mark-writer.js';
import { isNullIn } from './postgres-errors.js';
import { answersOf, type KeptTurn, oncePerTurn, refusedAnswersOf } from './reserved-calls.js';

export interface AcceptedTurnsOptions extends MarkWriterOptions {
  /** How often a call is made again because a reservation that it met was erased or forgotten before it was read. */
  readonly reserveRetriesMax: number;
  /** Rows that one statement of an erasure deletes. */
  readonly sliceRows: number;
}

const DEFAULT_OPTIONS: AcceptedTurnsOptions = { ...DEFAULT_MARK_OPTIONS, reserveRetriesMax: 5, sliceRows: 5_000 };

/**
 * Reservations, each a row that its turn's id names. A call is one statement: whichever of several processes comes first
 * keeps a turn, the others wait for it and find it kept. Only what was kept before costs a second one, which reads it.
 */
export class PostgresAcceptedTurns implements AcceptedTurns, ErasableStore {
  readonly storeName = 'accepted-turns';
  private readonly options: AcceptedTurnsOptions;
  private readonly marks: MarkWriter;

  constructor(
    private readonly database: Database,
    options: Partial<AcceptedTurnsOptions> = {},
  ) {
    this.options = { ...DEFAULT_OPTIONS, ...options };
    this.marks = new MarkWriter((marks) => this.writeMarks(marks), this.options);
  }

  async reserve(turns: readonly TurnReservation[]): Promise<readonly ReservedTurn[]> {
    if (turns.length === 0) return [];
    const once = oncePerTurn(turns);
    if (once === undefined) return refusedAnswersOf(turns, await this.kept(turns));
    for (let retries = 0; retries <= this.options.reserveRetriesMax; retries++) {
      const answers = await this.tryToReserve(turns, [...once.values()]);
      if (answers !== undefined) return answers;
    }
    throw new Unavailable('reservations of these turns are being erased or forgotten; send them again');
  }

  async mark(turns: readonly TurnMark[]): Promise<void> {
    this.marks.add(turns);
  }

  async highestRecordedAt(): Promise<number> {
    return (await this.database.get<{ readonly highest: number }>(SQL.highest))?.highest ?? 0;
  }

  async expire(recordedAt: number, turnsMax: number): Promise<number> {
    return this.database.run(SQL.expire, recordedAt, turnsMax);
  }

  async countSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    const row = await this.database.get<{ readonly count: number }>(SQL.count, tenantId, subjectId, belowEpoch);
    return row?.count ?? 0;
  }

  async eraseSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    const { sliceRows } = this.options;
    for (let count = 0; ;) {
      const erased = await this.database.run(SQL.erase, tenantId, subjectId, belowEpoch, sliceRows);
      count += erased;
      if (erased < sliceRows) return count;
    }
  }

  async eraseSources(
    { tenantId, subjectId }: SubjectRef,
    sourceIds: readonly SourceId[],
    belowEpoch: number,
  ): Promise<number> {
    return this.database.run(SQL.eraseTurns, tenantId, subjectId, belowEpoch, turnIdsAmong(sourceIds));
  }

  async probeIds({ tenantId, subjectId }: SubjectRef, limit: number): Promise<readonly string[]> {
    return (await this.database.all<Named>(SQL.probe, tenantId, subjectId, limit)).map(({ turnId }) => turnId);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return (await this.database.all<Named>(SQL.has, tenantId, turnIdsAmong(ids))).map(({ turnId }) => turnId);
  }

  /** Writes the marks that wait. */
  async close(): Promise<void> {
    await this.marks.flush();
  }

  /** Undefined when what stood in the way is gone. */
  private async tryToReserve(
    turns: readonly TurnReservation[],
    once: readonly TurnReservation[],
  ): Promise<readonly ReservedTurn[] | undefined> {
    const reserved = await this.keep(once);
    if (reserved === undefined) {
      const answers = refusedAnswersOf(turns, await this.kept(turns));
      return answers.some(({ state }) => state === 'conflict') ? answers : undefined;
    }
    const before = once.filter(({ turnId }) => !reserved.has(turnId));
    const kept = await this.kept(before);
    return before.every(({ turnId }) => kept.has(turnId)) ? answersOf(turns, reserved, kept) : undefined;
  }

  /** The turns that are reserved by this statement; undefined when one of them is kept with another payload. */
  private async keep(turns: readonly TurnReservation[]): Promise<ReadonlySet<TurnId> | undefined> {
    try {
      const rows = await this.database.all<Named>(
        SQL.keep,
        turns.map(({ turnId }) => turnId),
        turns.map(({ tenantId }) => tenantId),
        turns.map(({ subjectId }) => subjectId),
        turns.map(({ epoch }) => epoch),
        turns.map(({ fingerprint }) => fingerprint),
        turns.map(({ recordedAt }) => recordedAt),
      );
      return new Set(rows.map(({ turnId }) => turnId));
    } catch (error) {
      if (isNullIn(error, 'fingerprint')) return undefined;
      throw error;
    }
  }

  private async kept(turns: readonly TurnReservation[]): Promise<ReadonlyMap<TurnId, KeptTurn>> {
    if (turns.length === 0) return new Map();
    const rows = await this.database.all<KeptTurn>(SQL.find, [...new Set(turns.map(({ turnId }) => turnId))]);
    return new Map(rows.map((row) => [row.turnId, row]));
  }

  private writeMarks(marks: readonly TurnMark[]): Promise<number> {
    return this.database.run(
      SQL.mark,
      marks.map(({ turnId }) => turnId),
      marks.map(({ recordedAt }) => recordedAt),
      marks.map(({ partition }) => partition),
      marks.map(({ offset }) => offset),
    );
  }
}

type Named = Pick<TurnReservation, 'turnId'>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What else is called a source or an id is no turn. */
function turnIdsAmong(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => UUID.test(id));
}
