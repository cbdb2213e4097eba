import { register } from 'node:module';
import { basename } from 'node:path';
import { DatabaseSync as Engine } from '@photostructure/sqlite';

export * from '@photostructure/sqlite';

/**
 * Loaded into the service before it starts, and given to it in the engine's place. A message `{ file, pages }` leaves
 * room for so many more pages in that data file: beyond them the engine answers as on a full disk. The bound is one of
 * a connection, so it can only be set from within.
 */
export class DatabaseSync extends Engine {
  constructor(...given) {
    super(...given);
    opened.add(this);
  }
}

const opened = new Set();
register('./disk-allowance-hooks.mjs', import.meta.url);

process.on('message', ({ file, pages }) => {
  const connections = [...opened].filter((db) => db.isOpen && basename(db.location() ?? '') === file);
  for (const db of connections) {
    const { page_count: count } = db.prepare('PRAGMA page_count').get();
    db.prepare(`PRAGMA max_page_count = ${count + pages}`).get();
  }
  process.send?.({ bounded: connections.length });
});
// Without it a service that is told to stop would wait for the test.
process.channel?.unref();
