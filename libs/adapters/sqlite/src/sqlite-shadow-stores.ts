import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NextStore, PreviousStore, ShadowStore, ShadowStores } from '@mneme/ports';
import { guard } from './database.js';
import type { LiveStores } from './live-stores.js';
import { openStore } from './open-store.js';
import type { SqliteVectorIndexOptions } from './sqlite-vector-index.js';
import { COMPANIONS } from './store-names.js';

const IN_MEMORY = ':memory:';
const SHADOW_FILE = /^shadow-\d+\.db(-wal|-shm|-journal)?$/;

/**
 * Fresh stores beside the live one, each in a file of its own in the data directory, or in memory. What a process that
 * was killed has left behind is removed when the next one makes its stores, under the data directory's lock.
 */
export class SqliteShadowStores implements ShadowStores {
  private opened = 0;

  /** `directory` is a path or `:memory:`; only its owner may take leftovers away. */
  constructor(
    private readonly directory: string,
    private readonly live: LiveStores,
    private readonly options: SqliteVectorIndexOptions = {},
  ) {
    if (directory === IN_MEMORY) return;
    guard(() => {
      const leftovers = readdirSync(directory).filter((name) => SHADOW_FILE.test(name));
      for (const name of leftovers) rmSync(join(directory, name), { force: true });
    });
  }

  async open(): Promise<ShadowStore> {
    this.opened += 1;
    const file = this.directory === IN_MEMORY ? IN_MEMORY : join(this.directory, `shadow-${this.opened}.db`);
    // A rebuild starts over after a crash, so it need not wait for the disk at each commit.
    const { db, catalogue, vectorIndex, factGraph } = openStore(file, {
      database: { synchronous: 'normal' },
      vectorIndex: this.options,
    });
    return {
      catalogue,
      vectorIndex,
      factGraph,
      discard: async () => {
        if (db.isOpen) db.close();
        if (file !== IN_MEMORY) for (const suffix of COMPANIONS) rmSync(`${file}${suffix}`, { force: true });
      },
    };
  }

  async openNext(): Promise<NextStore> {
    return this.live.openNext();
  }

  async openPrevious(): Promise<PreviousStore> {
    return this.live.openPrevious();
  }

  dropPrevious(): Promise<void> {
    return this.live.dropPrevious();
  }
}
