import type { TurnId } from '@mneme/events';
import type { ProjectionName, Watermark } from '@mneme/ports';
import { type Database, guard, inTransaction, type Statement } from './database.js';

const FAILED_TURNS_MAX = 10_000;

/** How far each projection has come, and the newest turns that failed. */
export class Watermarks {
  private readonly noted: Statement;
  private readonly failed: Statement;
  private readonly forgotten: Statement;
  private readonly all: Statement;
  private readonly found: Statement;

  constructor(
    private readonly db: Database,
    failedTurnsMax = FAILED_TURNS_MAX,
  ) {
    this.noted = db.prepare(
      `INSERT INTO projection_watermarks (projection, partition, turns_offset) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET turns_offset = max(turns_offset, excluded.turns_offset)`,
    );
    this.failed = db.prepare('INSERT INTO failed_turns (turn_id) VALUES (?) ON CONFLICT DO NOTHING');
    this.forgotten = db.prepare(
      `DELETE FROM failed_turns WHERE noted <= (SELECT noted FROM failed_turns ORDER BY noted DESC LIMIT 1 OFFSET ${failedTurnsMax})`,
    );
    this.all = db.prepare(
      `SELECT partition, turns_offset AS turnsOffset FROM projection_watermarks WHERE projection = ? ORDER BY partition`,
    );
    this.found = db.prepare('SELECT turn_id FROM failed_turns WHERE turn_id IN (SELECT value FROM json_each(?))');
  }

  note(projection: ProjectionName, { partition, turnsOffset }: Watermark, failed: readonly TurnId[]): void {
    inTransaction(this.db, () => {
      this.noted.run(projection, partition, turnsOffset);
      if (failed.length === 0) return;
      for (const turnId of failed) this.failed.run(turnId);
      this.forgotten.run();
    });
  }

  of(projection: ProjectionName): readonly Watermark[] {
    return guard(() => this.all.all(projection)).map((row) => ({ ...(row as Watermark) }));
  }

  failedAmong(turnIds: readonly TurnId[]): readonly TurnId[] {
    const rows = guard(() => this.found.all(JSON.stringify(turnIds))) as readonly { readonly turn_id: TurnId }[];
    return rows.map(({ turn_id: turnId }) => turnId);
  }
}
