import { type GraphFact, graphFactOf } from '@mneme/domain';
import type { Catalogue, ErasableStore, FactGraph, LogRecord } from '@mneme/ports';
import {
  type BatchEnd,
  looksLikeCommand,
  looksLikeFact,
  looksLikeProgress,
  type MemoryChange,
  memoryChangeOf,
  netChangesOf,
  noteEnd,
  type Received,
  type RecordHandler,
  stampOfChange,
  undoChanges,
} from '@mneme/platform';

/** Copies facts into the fact graph. What supersedes what is decided there by whoever reads. */
export class ProjectFacts implements RecordHandler<MemoryChange> {
  constructor(
    private readonly graph: FactGraph & ErasableStore,
    private readonly catalogue: Catalogue,
  ) {}

  parse(record: LogRecord): MemoryChange {
    const concerns = record.value === null || looksLikeFact(record) || looksLikeProgress(record);
    return concerns && !looksLikeCommand(record) ? memoryChangeOf(record) : { type: 'other' };
  }

  stampOf(change: MemoryChange) {
    return change.type === 'derived' && change.memory.kind === 'fact' ? stampOfChange(change) : undefined;
  }

  async handle(received: readonly Received<MemoryChange>[]): Promise<void> {
    const { derived, removed } = netChangesOf(received);
    const facts = derived.map(({ event }) => graphFactOf(event.memory)).filter((fact) => fact !== undefined);
    if (facts.length > 0) await this.graph.upsert(facts satisfies readonly GraphFact[]);
    if (removed.length > 0) await this.graph.remove(removed);
  }

  undo(received: readonly Received<MemoryChange>[]): Promise<void> {
    return undoChanges(this.graph, received);
  }

  finish(end: BatchEnd<MemoryChange>): Promise<void> {
    return noteEnd(this.catalogue, 'fact-graph', end);
  }
}
