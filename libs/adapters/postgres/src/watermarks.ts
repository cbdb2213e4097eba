import type { TurnId } from '@mneme/events';
import type { ProjectionName, Watermark } from '@mneme/ports';
import type { Database } from './database.js';
import { statementsOf } from './statements.js';

/** How far each projection has come, and the newest turns that failed. */
export class Watermarks {
  constructor(
    private readonly db: Database,
    private readonly failedTurnsMax: number,
  ) {}

  async note(projection: ProjectionName, watermark: Watermark, failed: readonly TurnId[]): Promise<void> {
    const { partition, turnsOffset } = watermark;
    if (failed.length === 0) return void (await this.db.run(MARKS.note, projection, partition, turnsOffset));
    await this.db.transaction(async (queries) => {
      await queries.run(MARKS.fail, [...new Set(failed)].sort());
      await queries.run(MARKS.forget, this.failedTurnsMax);
      await queries.run(MARKS.note, projection, partition, turnsOffset);
    });
  }

  of(projection: ProjectionName): Promise<readonly Watermark[]> {
    return this.db.all<Watermark>(MARKS.all, projection);
  }

  async failedAmong(turnIds: readonly TurnId[]): Promise<readonly TurnId[]> {
    if (turnIds.length === 0) return [];
    const rows = await this.db.all<{ readonly turnId: TurnId }>(MARKS.failed, turnIds);
    return rows.map(({ turnId }) => turnId);
  }
}

const MARKS = statementsOf('watermarks', {
  // What is further already is not written again.
  note: `INSERT INTO projection_watermarks AS own (projection, partition, turns_offset) VALUES ($1, $2, $3)
    ON CONFLICT (projection, partition) DO UPDATE SET turns_offset = excluded.turns_offset
    WHERE own.turns_offset < excluded.turns_offset`,
  fail: 'INSERT INTO failed_turns (turn_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING',
  forget:
    'DELETE FROM failed_turns WHERE noted <= (SELECT noted FROM failed_turns ORDER BY noted DESC OFFSET $1 LIMIT 1)',
  all: `SELECT partition, turns_offset AS "turnsOffset" FROM projection_watermarks WHERE projection = $1
    ORDER BY partition`,
  failed: 'SELECT turn_id AS "turnId" FROM failed_turns WHERE turn_id = ANY ($1::text[])',
});
