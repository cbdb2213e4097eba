import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conflict, NotFound, Unavailable } from '@mneme/domain';
import type { Clock, NextStore, PreviousStore } from '@mneme/ports';
import { carryAccess } from './carry-access.js';
import { type Database, guard, truncateWal } from './database.js';
import { facingStore, UnderWay } from './facing-store.js';
import { openStore, type OpenStore, type OpenStoreOptions } from './open-store.js';
import {
  nextStoreName,
  readStoreNames,
  removeOtherStores,
  removeStore,
  type StoreNames,
  writeStoreNames,
} from './store-names.js';

const IN_MEMORY = ':memory:';
const IDLE_WAIT_MS_MAX = 60_000;
const IDLE_POLL_MS = 10;

export interface LiveStoresOptions {
  readonly clock: Clock;
  /** How the live store is opened, and how one that nobody reads. */
  readonly live: (file: string) => OpenStoreOptions;
  readonly beside: OpenStoreOptions;
}

/**
 * The live projections, one that may take their place, and the one that they took the place of. Of the owner of a data
 * directory alone: who else opens it goes by `stores.json` when it does.
 */
export class LiveStores {
  readonly catalogue: OpenStore['catalogue'];
  readonly vectorIndex: OpenStore['vectorIndex'];
  readonly factGraph: OpenStore['factGraph'];
  private readonly underWay = new UnderWay();
  private names: StoreNames;
  private current: OpenStore;
  private previous: OpenStore | undefined;
  private next: OpenStore | undefined;
  private isSwitching = false;

  /** `directory` is a path or `:memory:`. */
  constructor(
    private readonly directory: string,
    private readonly options: LiveStoresOptions,
  ) {
    this.names = this.isInMemory ? { current: IN_MEMORY } : readStoreNames(directory);
    if (!this.isInMemory) removeOtherStores(directory, this.names);
    this.current = this.openLive(this.names.current);
    if (this.names.previous !== undefined)
      this.previous = openStore(this.pathOf(this.names.previous.file), options.beside);
    this.catalogue = this.facing('catalogue');
    this.vectorIndex = this.facing('vectorIndex');
    this.factGraph = this.facing('factGraph');
  }

  /** The file that is live at the moment, for one statement or transaction. */
  get database(): Database {
    return this.current.db;
  }

  /** Embedding models of which the live store has, or had, vectors. */
  vectorModels(): readonly string[] {
    const rows = guard(() => this.current.db.prepare('SELECT model FROM vector_models ORDER BY model').all());
    return (rows as unknown as readonly { readonly model: string }[]).map(({ model }) => model);
  }

  /** @throws Conflict while another is being prepared. */
  openNext(): NextStore {
    this.beginSwitch();
    try {
      const name = this.isInMemory ? IN_MEMORY : nextStoreName(this.directory);
      const beside = { ...this.options.beside, database: { synchronous: 'normal' as const } };
      const next = openStore(this.pathOf(name), beside);
      this.next = next;
      return {
        ...portsOf(next),
        takeOver: async (positions) => this.takeOver(next, { name, positions }),
        discard: async () => this.discardNext(next, name),
      };
    } catch (error) {
      this.isSwitching = false;
      throw error;
    }
  }

  /** @throws NotFound when there is none; Conflict while another is being prepared. */
  openPrevious(): PreviousStore {
    const { previous, names } = this;
    if (previous === undefined || names.previous === undefined) throw noPrevious();
    this.beginSwitch();
    const { file: name, positions, liveUntilMs } = names.previous;
    return {
      ...portsOf(previous),
      positions,
      liveUntilMs,
      takeOver: async (left) => this.takeOver(previous, { name, positions: left }),
      discard: async () => {
        this.isSwitching = false;
      },
    };
  }

  /** @throws NotFound when there is none; Conflict while it is being caught up; Unavailable while somebody reads it. */
  async dropPrevious(): Promise<void> {
    const { previous, names } = this;
    if (previous === undefined || names.previous === undefined) throw noPrevious();
    if (this.isSwitching) throw switching();
    await this.idle(previous);
    // While readers were waited for others may have begun a switch, or ended one.
    if (this.isSwitching || this.previous !== previous) throw switching();
    this.previous = undefined;
    this.rename({ current: this.names.current });
    previous.db.close();
    if (!this.isInMemory) removeStore(this.directory, names.previous.file);
  }

  close(): void {
    for (const store of [this.current, this.previous, this.next]) if (store?.db.isOpen === true) store.db.close();
  }

  private async takeOver(
    store: OpenStore,
    { name, positions }: { readonly name: string; readonly positions: readonly number[] },
  ): Promise<void> {
    await carryAccess(this.current, store);
    const live = this.reopened(store, name);
    // The one before the last goes: there is one way back, not a history.
    const gone = this.previous === store ? undefined : this.previous;
    const goneName = this.names.previous?.file;
    const left = { file: this.names.current, positions: [...positions], liveUntilMs: this.options.clock.nowMs() };
    this.renameOr({ current: name, previous: left }, () => this.closeAgain(live, store));
    this.closeAgain(store, live);
    this.previous = this.current;
    this.current = live;
    this.next = undefined;
    this.isSwitching = false;
    await this.shedCache(this.previous);
    if (gone === undefined || goneName === undefined) return;
    gone.db.close();
    if (!this.isInMemory) removeStore(this.directory, goneName);
  }

  /** What was live has segments in memory that nobody will read. One that is read for long keeps them. */
  private async shedCache(store: OpenStore): Promise<void> {
    if (this.isInMemory) return;
    try {
      await this.idle(store);
    } catch {
      return;
    }
    if (this.previous !== store) return;
    this.previous = openStore(store.file, this.options.beside);
    store.db.close();
  }

  // As the live one is opened: with its lock and its link, and on the disk at each commit from now on.
  private reopened(store: OpenStore, name: string): OpenStore {
    if (this.isInMemory) return store;
    truncateWal(store.db);
    return this.openLive(name);
  }

  private closeAgain(one: OpenStore, other: OpenStore): void {
    if (one !== other) one.db.close();
  }

  private async discardNext(next: OpenStore, name: string): Promise<void> {
    if (this.next !== next) return;
    this.next = undefined;
    this.isSwitching = false;
    next.db.close();
    if (!this.isInMemory) removeStore(this.directory, name);
  }

  private beginSwitch(): void {
    if (this.isSwitching) throw switching();
    this.isSwitching = true;
  }

  /** What fails leaves everything as it was, so that what would have taken over can be discarded. */
  private renameOr(names: StoreNames, undo: () => void): void {
    try {
      this.rename(names);
    } catch (error) {
      undo();
      throw error;
    }
  }

  private rename(names: StoreNames): void {
    if (!this.isInMemory) writeStoreNames(this.directory, names);
    this.names = names;
  }

  private openLive(name: string): OpenStore {
    const file = this.pathOf(name);
    return openStore(file, this.options.live(file));
  }

  private async idle(store: OpenStore): Promise<void> {
    const parts = [store.catalogue, store.vectorIndex, store.factGraph];
    for (let waitedMs = 0; !parts.every((part) => this.underWay.isIdle(part)); waitedMs += IDLE_POLL_MS) {
      if (waitedMs >= IDLE_WAIT_MS_MAX) throw new Unavailable('the previous stores are still being read');
      await sleep(IDLE_POLL_MS);
    }
  }

  private facing<K extends 'catalogue' | 'vectorIndex' | 'factGraph'>(part: K): OpenStore[K] {
    return facingStore<OpenStore[K]>({
      current: () => this.current[part],
      others: () => [this.previous, this.next].flatMap((store) => (store === undefined ? [] : [store[part]])),
      underWay: this.underWay,
    });
  }

  private get isInMemory(): boolean {
    return this.directory === IN_MEMORY;
  }

  private pathOf(name: string): string {
    return this.isInMemory ? IN_MEMORY : join(this.directory, name);
  }
}

function portsOf({ catalogue, vectorIndex, factGraph }: OpenStore) {
  return { catalogue, vectorIndex, factGraph };
}

function noPrevious(): NotFound {
  return new NotFound('there are no stores of before a switch');
}

function switching(): Conflict {
  return new Conflict('a rebuild of the stores is under way already');
}
