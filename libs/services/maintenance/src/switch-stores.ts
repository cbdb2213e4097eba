import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type TenantId } from '@mneme/events';
import { Conflict, InvalidInput } from '@mneme/domain';
import type { EventLog, NextStore } from '@mneme/ports';
import { rebuild, type ReplayPorts, type ReplayStep, settle } from './replay-memories.js';
import { ReplayLog } from './replay-log.js';

/** The consumers of the log, wherever they run. */
export interface Consumers {
  /** Runs `work` while they rest after their batches in hand; they open the stores anew when they go on. */
  paused(work: () => Promise<void>): Promise<void>;
}

/** Consumers that run in other processes, where nothing pauses them. */
export const CONSUMERS_ELSEWHERE: Consumers = {
  paused: async () => {
    throw new InvalidInput('the consumers run in processes of their own and cannot be paused from here');
  },
};

export interface SwitchPorts extends ReplayPorts {
  readonly consumers: Consumers;
  readonly nowMs: () => number;
}

/** Groups that write what a switch replaces. */
const GROUPS = ['catalogue', 'embedder', 'fact-graph'] as const;
const DAY_MS = 86_400_000;
/** Tombstones are kept for as long: a store that missed some would bring removed memories back. */
const PREVIOUS_AGE_MS_MAX = 14 * DAY_MS;
const CATCH_UP_ROUNDS_MAX = 5;
const UNEQUAL_WAIT_MS_MAX = 60_000;
const UNEQUAL_POLL_MS = 500;

/**
 * Rebuilds the stores as a replay does, and lets them take the live ones' place if every tenant's are what the log says.
 * Requests go on throughout. If anything fails before the switch, nothing has changed.
 */
export async function* switchStores(ports: SwitchPorts, tenantIds: readonly TenantId[]): AsyncGenerator<ReplayStep> {
  const next = await ports.shadowStores.openNext();
  try {
    const ends = await ports.log.endOffsets(TOPICS.memories.name);
    const replay = new ReplayLog(ports, next);
    let last: ReplayStep | undefined;
    for await (const step of rebuild(ports, replay, { tenantIds, times: 1, shadow: next })) {
      if (step.result === undefined) yield step;
      else last = step;
    }
    // Between its fence and its sweep an erasure makes any store differ from the log; it goes on by itself.
    const deadlineMs = performance.now() + UNEQUAL_WAIT_MS_MAX;
    while (!isEqual(last) && performance.now() < deadlineMs) {
      await sleep(UNEQUAL_POLL_MS);
      const standing = { shadow: next, tenantIds, ends, recordsTotal: last?.recordsTotal ?? 0 };
      for await (const step of settle(ports, replay, standing)) last = step;
    }
    const switched = isEqual(last);
    if (switched) await takeOver(ports, { next, replay, applied: ends });
    if (last !== undefined) yield { ...last, recordsApplied: replay.recordsApplied, switched };
  } finally {
    await next.discard();
  }
}

/**
 * Brings the stores of before the last switch up to the log, and lets them take the live ones' place, whatever the
 * comparison says: it is told, and with another embedding model they cannot be equal.
 * @throws NotFound when there are none; Conflict when they have missed too much.
 */
export async function* rollBackStores(ports: SwitchPorts, tenantIds: readonly TenantId[]): AsyncGenerator<ReplayStep> {
  const previous = await ports.shadowStores.openPrevious();
  try {
    if (ports.nowMs() - previous.liveUntilMs > PREVIOUS_AGE_MS_MAX) throw tooOld();
    const { positions } = previous;
    const replay = new ReplayLog(ports, previous);
    const ends = await ports.log.endOffsets(TOPICS.memories.name);
    const recordsTotal = ends.reduce((sum, end, partition) => sum + end - (positions[partition] ?? 0), 0);
    const standing = { shadow: previous, tenantIds, ends: ends.map((_, partition) => positions[partition] ?? 0) };
    let last: ReplayStep | undefined;
    for await (const step of settle(ports, replay, { ...standing, recordsTotal })) {
      if (step.result === undefined) yield step;
      else last = step;
    }
    await takeOver(ports, { next: previous, replay, applied: ends });
    if (last !== undefined) yield { ...last, recordsApplied: replay.recordsApplied, switched: true };
  } finally {
    await previous.discard();
  }
}

function isEqual(step: ReplayStep | undefined): boolean {
  return step?.result?.every(({ equal }) => equal) === true;
}

interface Ready {
  readonly next: NextStore;
  readonly replay: ReplayLog;
  /** Below them everything was applied. */
  readonly applied: readonly number[];
}

/** Most of what is left is applied while the consumers still run, so that they rest for a short time only. */
async function takeOver({ log, consumers }: SwitchPorts, { next, replay, applied }: Ready): Promise<void> {
  let ends = applied;
  const catchUp = async () => {
    const now = await log.endOffsets(TOPICS.memories.name);
    for await (const _page of replay.apply(ends, now));
    const isThere = now.every((end, partition) => end === ends[partition]);
    ends = now;
    return isThere;
  };
  for (let round = 0; round < CATCH_UP_ROUNDS_MAX; round += 1) if (await catchUp()) break;
  await consumers.paused(async () => {
    await catchUp();
    await next.takeOver(await positionsOf(log));
  });
}

/** What the live stores have for certain: what all that write them have committed. */
async function positionsOf(log: EventLog): Promise<readonly number[]> {
  const committed: (readonly number[])[] = [];
  for (const group of GROUPS) committed.push(await log.committedOffsets(group, TOPICS.memories.name));
  return Array.from({ length: log.partitionCount }, (_, partition) =>
    Math.min(...committed.map((offsets) => offsets[partition] ?? 0)),
  );
}

function tooOld(): Conflict {
  const limit = `previousAgeDaysMax=${PREVIOUS_AGE_MS_MAX / DAY_MS}`;
  return new Conflict('the stores of before the switch have missed removals that the log no longer has', { limit });
}
