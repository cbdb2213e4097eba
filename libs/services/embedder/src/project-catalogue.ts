import { catalogueRowOf } from '@mneme/domain';
import type { Catalogue, ErasableStore, LogRecord } from '@mneme/ports';
import {
  type BatchEnd,
  type Received,
  type RecordHandler,
  type MemoryChange,
  memoryChangeOf,
  netChangesOf,
  noteEnd,
  stampOfChange,
  undoChanges,
} from '@mneme/platform';

/** Copies memories into the catalogue, text sealed as it came. */
export class ProjectCatalogue implements RecordHandler<MemoryChange> {
  constructor(private readonly catalogue: Catalogue & ErasableStore) {}

  parse(record: LogRecord): MemoryChange {
    return memoryChangeOf(record);
  }

  stampOf(change: MemoryChange) {
    return stampOfChange(change);
  }

  async handle(received: readonly Received<MemoryChange>[]): Promise<void> {
    const { derived, removed } = netChangesOf(received);
    if (derived.length > 0) await this.catalogue.upsert(derived.map(({ event }) => catalogueRowOf(event.memory)));
    if (removed.length > 0) await this.catalogue.remove(removed);
  }

  undo(received: readonly Received<MemoryChange>[]): Promise<void> {
    return undoChanges(this.catalogue, received);
  }

  finish(end: BatchEnd<MemoryChange>): Promise<void> {
    return noteEnd(this.catalogue, 'catalogue', end);
  }
}
