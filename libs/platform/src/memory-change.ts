import {
  type CommandPassed,
  CommandPassedV1,
  type MemoryDerived,
  MemoryDerivedV1,
  MemoryId,
  type ProgressNoted,
  ProgressNotedV1,
} from '@mneme/events';
import { Corrupt, subjectRef, turnIdsOf } from '@mneme/domain';
import type { Catalogue, ErasableStore, LogRecord, ProjectionName } from '@mneme/ports';
import { z } from 'zod';
import type { BatchEnd, Received, SubjectStamp } from './consumer-runner.js';
import { recordOf } from './record-json.js';

/** What a record of `memories` says to a projection. */
export type MemoryChange =
  | { readonly type: 'derived'; readonly memory: MemoryDerived }
  | { readonly type: 'removed'; readonly memoryId: MemoryId; readonly version: number }
  | { readonly type: 'progress'; readonly progress: ProgressNoted }
  /** For the owner of facts; nothing to a projection. */
  | { readonly type: 'command'; readonly passed: CommandPassed }
  /** What does not concern this reader, and was not parsed; also the end of a command. */
  | { readonly type: 'other' };

const AnyMemoryRecord = z.discriminatedUnion('type', [MemoryDerivedV1, ProgressNotedV1, CommandPassedV1]);
const COMMAND = 'command/';
const CommandKey = z.templateLiteral([COMMAND, z.uuid()]);
const MemoryKey = z.templateLiteral([z.uuid(), '/', z.int().positive()]);

/** Key of a passed command on `memories`. */
export function commandKeyOf(commandId: string): string {
  return `${COMMAND}${commandId}`;
}

/** @throws Corrupt for a record that is none of these. */
export function memoryChangeOf(record: LogRecord): MemoryChange {
  if (record.value === null) return removalOf(record.key);
  const event = recordOf(AnyMemoryRecord, record);
  switch (event.type) {
    case 'progress-noted':
      return { type: 'progress', progress: event };
    case 'command-passed':
      return { type: 'command', passed: event };
    case 'memory-derived':
      return { type: 'derived', memory: event };
  }
}

export function stampOfChange(change: MemoryChange): SubjectStamp | undefined {
  if (change.type === 'command') return change.passed;
  return change.type === 'derived' ? change.memory : undefined;
}

export interface NetChanges {
  readonly derived: readonly (Received<MemoryChange> & { readonly event: { readonly type: 'derived' } })[];
  readonly removed: readonly { readonly memoryId: MemoryId; readonly version: number }[];
}

/** What is left of a batch when the last word on each key counts. */
export function netChangesOf(received: readonly Received<MemoryChange>[]): NetChanges {
  const last = new Map<string, Received<MemoryChange>>();
  for (const one of received) last.set(one.record.key, one);
  const derived: NetChanges['derived'][number][] = [];
  const removed: NetChanges['removed'][number][] = [];
  for (const one of last.values()) {
    if (isDerived(one)) derived.push(one);
    else if (one.event.type === 'removed') removed.push(one.event);
  }
  return { derived, removed };
}

export function isDerived(one: Received<MemoryChange>): one is NetChanges['derived'][number] {
  return one.event.type === 'derived';
}

/** Takes memories of fenced subjects out again, source by source. */
export async function undoChanges(store: ErasableStore, received: readonly Received<MemoryChange>[]): Promise<void> {
  for (const { memory } of received.filter(isDerived).map(({ event }) => event as { memory: MemoryDerived })) {
    const subject = subjectRef(memory.tenantId, memory.subjectId);
    await store.eraseSources(subject, [memory.sourceId], memory.epoch + 1);
  }
}

/**
 * Notes how far a projection has come, and the turns behind memories that it could not take. Only the extractor's progress
 * counts: it comes after the episodes and the facts of those turns.
 */
export async function noteEnd(
  catalogue: Catalogue,
  projection: ProjectionName,
  end: BatchEnd<MemoryChange>,
): Promise<void> {
  const progress = [...end.handled.map(({ event }) => event)].flatMap((e) =>
    e.type === 'progress' && e.progress.stage === 'facts' ? [e.progress] : [],
  );
  const failed = [
    ...progress.flatMap(({ failedTurnIds }) => failedTurnIds),
    ...end.failed.flatMap((event) => (event.type === 'derived' ? turnIdsOf(event.memory) : [])),
  ];
  const turnsOffset = Math.max(0, ...progress.map((noted) => noted.turnsOffset));
  if (turnsOffset === 0 && failed.length === 0) return;
  await catalogue.noteWatermark(projection, { partition: end.partition, turnsOffset }, failed);
}

function removalOf(key: string): MemoryChange {
  if (CommandKey.safeParse(key).success) return { type: 'other' };
  if (!MemoryKey.safeParse(key).success) throw new Corrupt('a tombstone of memories has an unknown key');
  const [memoryId, version] = key.split('/');
  return { type: 'removed', memoryId: MemoryId.parse(memoryId), version: Number(version) };
}

const FACT = /"kind"\s*:\s*"fact"/;

/**
 * Whether the text of a record can be that of a fact, without parsing it: sealed text is base64 and has no quotes, and
 * most records of `memories` are long. A false alarm costs a parse, and what is one says so.
 */
export function looksLikeFact({ value }: LogRecord): boolean {
  return value !== null && FACT.test(value);
}

/** Whether it is a command on its way to the owner of facts. */
export function looksLikeCommand({ key }: LogRecord): boolean {
  return key.startsWith(COMMAND);
}

/** Whether it can be a record of progress. */
export function looksLikeProgress({ key }: LogRecord): boolean {
  return key.startsWith('progress') || key.startsWith('facts-progress');
}
