import {
  type CommandGiven,
  type MemoryDerived,
  MemoryDerivedV1,
  type MemoryId,
  type SubjectId,
  TOPICS,
  type TurnId,
} from '@mneme/events';
import { memoryKeyOf } from '@mneme/domain';
import type { LogAppend, MemoryVersions } from '@mneme/ports';
import type { Received } from './consumer-runner.js';
import { recordOf } from './record-json.js';

/**
 * What an owner is about to publish for a batch of one partition, and what it has published before: a decision sees the
 * versions that the log has and those that the batch adds or takes away, as if each record had a batch of its own.
 */
export class MemoryDraft {
  /** In the order in which they were decided; to be appended all at once. */
  readonly appends: LogAppend[] = [];
  private readonly logged = new Map<MemoryId, readonly MemoryDerived[]>();
  private readonly changed = new Map<MemoryId, Map<number, MemoryDerived | undefined>>();

  constructor(
    private readonly versions: MemoryVersions,
    readonly partition: number,
  ) {}

  /** Living versions of these memories, by memory in the order given, then ascending. */
  async living(memoryIds: readonly MemoryId[]): Promise<readonly MemoryDerived[]> {
    const missing = memoryIds.filter((memoryId) => !this.logged.has(memoryId));
    if (missing.length > 0) await this.load(missing);
    return memoryIds.flatMap((memoryId) => this.livingOf(memoryId));
  }

  put(memory: MemoryDerived): void {
    this.change(memory, memory);
    const { subjectId } = memory;
    this.append({ key: memoryKeyOf(memory), value: JSON.stringify(memory), subjectId });
  }

  /** Says the target of a command again as the log has it; answers whether it is there. */
  async republish({ tenantId, subjectId, target, keepsDerived }: CommandGiven): Promise<boolean> {
    if (target === undefined) return false;
    const memory = (await this.living([target.memoryId])).find(({ version }) => version === target.version);
    if (memory?.tenantId !== tenantId || memory.subjectId !== subjectId) return false;
    this.put(keepsDerived === true ? { ...memory, isRepublished: true } : memory);
    return true;
  }

  /** A tombstone in the place of one version. */
  remove(memory: MemoryDerived): void {
    this.change(memory, undefined);
    this.append({ key: memoryKeyOf(memory), value: null, subjectId: memory.subjectId });
  }

  /** Another record for `memories`. */
  append(record: Pick<LogAppend, 'key' | 'value' | 'subjectId'>): void {
    this.appends.push({ topic: TOPICS.memories.name, partition: this.partition, ...record });
  }

  /** Why nothing of a turn or command was kept, for `discarded`. */
  discard(id: TurnId, value: object, subjectId: MemoryDerived['subjectId']): void {
    const { partition } = this;
    this.appends.push({ topic: TOPICS.discarded.name, partition, key: id, value: JSON.stringify(value), subjectId });
  }

  private async load(memoryIds: readonly MemoryId[]): Promise<void> {
    const found = new Map<MemoryId, MemoryDerived[]>(memoryIds.map((memoryId) => [memoryId, []]));
    for (const record of await this.versions.living(this.partition, memoryIds)) {
      const memory = saidOnce(recordOf(MemoryDerivedV1, record));
      found.get(memory.memoryId)?.push(memory);
    }
    for (const [memoryId, memories] of found) this.logged.set(memoryId, memories);
  }

  private livingOf(memoryId: MemoryId): readonly MemoryDerived[] {
    const living = new Map((this.logged.get(memoryId) ?? []).map((memory) => [memory.version, memory]));
    for (const [version, memory] of this.changed.get(memoryId) ?? []) {
      if (memory === undefined) living.delete(version);
      else living.set(version, asLogged(memory));
    }
    return [...living.values()].sort((a, b) => a.version - b.version);
  }

  private change({ memoryId, version }: MemoryDerived, to: MemoryDerived | undefined): void {
    const versions = this.changed.get(memoryId) ?? new Map<number, MemoryDerived | undefined>();
    this.changed.set(memoryId, versions.set(version, to));
  }
}

// In the form in which it would come back: what is made of it has the same bytes whether it was read or just put.
function asLogged(memory: MemoryDerived): MemoryDerived {
  return saidOnce(MemoryDerivedV1.parse(JSON.parse(JSON.stringify(memory))));
}

// What is made of a version is not itself said again.
function saidOnce({ isRepublished: _again, ...memory }: MemoryDerived): MemoryDerived {
  return memory;
}

/** Keys of the records for `memories` among these. */
export function memoryKeysIn(appends: readonly LogAppend[]): readonly string[] {
  return appends.filter(({ topic }) => topic === TOPICS.memories.name).map(({ key }) => key);
}

/** A tombstone under each key that was published for events whose subject was fenced meanwhile. */
export function tombstonesOf<E>(
  received: readonly Received<E>[],
  publishedFor: (event: E) => { readonly keys: readonly string[]; readonly subjectId: SubjectId | undefined },
): readonly LogAppend[] {
  return received.flatMap(({ record: { partition }, event }) => {
    const { keys, subjectId } = publishedFor(event);
    const whose = subjectId === undefined ? {} : { subjectId };
    return keys.map((key) => ({ topic: TOPICS.memories.name, partition, key, value: null, ...whose }));
  });
}
