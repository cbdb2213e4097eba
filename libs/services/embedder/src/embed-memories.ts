import { MemoryContent, type MemoryDerived, type TenantId } from '@mneme/events';
import { Corrupt, type IndexEntry, indexedTextOf, indexEntryOf, unseal } from '@mneme/domain';
import type { Catalogue, Embedder, ErasableStore, IndexedMemory, LogRecord, VectorIndex } from '@mneme/ports';
import {
  type BatchEnd,
  type Keyring,
  parsedJson,
  type Received,
  type RecordHandler,
  type MemoryChange,
  memoryChangeOf,
  type NetChanges,
  netChangesOf,
  noteEnd,
  stampOfChange,
  undoChanges,
} from '@mneme/platform';

export interface EmbedMemoriesPorts {
  readonly keyring: Keyring;
  readonly embedder: Embedder;
  readonly vectorIndex: VectorIndex & ErasableStore;
  readonly catalogue: Catalogue;
}

/** Turns memories into vectors and blind terms, and keeps them in the vector index. */
export class EmbedMemories implements RecordHandler<MemoryChange> {
  constructor(private readonly ports: EmbedMemoriesPorts) {}

  parse(record: LogRecord): MemoryChange {
    return memoryChangeOf(record);
  }

  stampOf(change: MemoryChange) {
    return stampOfChange(change);
  }

  async handle(received: readonly Received<MemoryChange>[], signal: AbortSignal): Promise<void> {
    const { derived, removed } = netChangesOf(received);
    if (derived.length > 0) await this.ports.vectorIndex.upsert(await this.index(derived, signal));
    if (removed.length > 0) await this.ports.vectorIndex.remove(removed);
  }

  undo(received: readonly Received<MemoryChange>[]): Promise<void> {
    return undoChanges(this.ports.vectorIndex, received);
  }

  finish(end: BatchEnd<MemoryChange>): Promise<void> {
    return noteEnd(this.ports.catalogue, 'vector-index', end);
  }

  private async index(derived: NetChanges['derived'], signal: AbortSignal): Promise<readonly IndexedMemory[]> {
    // A batch hashes each stem of a tenant once; nothing of it outlives the batch.
    const blinded = new Map<TenantId, Map<string, number>>();
    const texts: string[] = [];
    const entries: IndexEntry[] = [];
    for (const one of derived) {
      const { memory } = one.event as { memory: MemoryDerived };
      const content = contentOf(one, memory);
      texts.push(indexedTextOf(content, memory.occurredAt));
      const { indexKeys } = await this.ports.keyring.tenant(memory.tenantId);
      const terms = blinded.get(memory.tenantId) ?? new Map<string, number>();
      blinded.set(memory.tenantId, terms);
      const dataKeys = openKeysOf(one);
      const { model } = this.ports.embedder;
      entries.push(indexEntryOf(memory, { content, dataKeys, indexKeys, model, blinded: terms }));
    }
    const embedded = await this.ports.embedder.embedTexts(texts, signal);
    return entries.map((entry, i) => ({ ...entry, vectors: embedded[i]?.chunks ?? [] }));
  }
}

function contentOf(one: Received<MemoryChange>, memory: MemoryDerived): MemoryContent {
  return parsedJson(MemoryContent, unseal(openKeysOf(one), { ...memory, recordId: memory.memoryId }, memory.sealed));
}

function openKeysOf(one: Received<MemoryChange>) {
  if (one.access === undefined) throw new Corrupt('a memory reached the embedder without its key');
  return one.access.keys;
}
