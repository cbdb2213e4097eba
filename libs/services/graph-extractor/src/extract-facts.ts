import { type ProgressNoted, TOPICS, type TurnId } from '@mneme/events';
import { factIdsOf, memoryKeyOf, turnIdsOf } from '@mneme/domain';
import type { EventLog, LogAppend, LogRecord } from '@mneme/ports';
import {
  appendInParts,
  type BatchEnd,
  looksLikeCommand,
  looksLikeFact,
  type MemoryChange,
  memoryChangeOf,
  MemoryDraft,
  memoryKeysIn,
  netChangesOf,
  type Received,
  type RecordHandler,
  Redelivery,
  stampOfChange,
  type SubjectStamp,
  tombstonesOf,
} from '@mneme/platform';
import { ApplyFactCommand, type ApplyFactCommandObserver } from './apply-fact-command.js';
import {
  type DerivationContext,
  DeriveFacts,
  type DeriveFactsObserver,
  type DeriveFactsPorts,
} from './derive-facts.js';
import { ReadFacts, type ReadFactsPorts } from './read-facts.js';

export interface ExtractFactsPorts extends Omit<DeriveFactsPorts, 'observer'>, ReadFactsPorts {
  readonly log: EventLog;
  readonly observer: ExtractFactsObserver;
}

export interface ExtractFactsObserver extends DeriveFactsObserver, ApplyFactCommandObserver {}

/**
 * The owner of facts: derives them from episodes, and applies the commands about them. It publishes into the partition
 * that it reads, and after each batch how far it has come, so that whoever has read that has read both.
 */
export class ExtractFacts implements RecordHandler<MemoryChange> {
  private readonly redelivery: Redelivery;
  private readonly readFacts: ReadFacts;
  private readonly deriveFacts: DeriveFacts;
  private readonly applyFactCommand: ApplyFactCommand;
  // What was published for an event, and which commands were refused, for as long as their batch is in hand.
  private readonly published = new WeakMap<MemoryChange, readonly string[]>();
  private readonly refused = new WeakSet<MemoryChange>();

  constructor(private readonly ports: ExtractFactsPorts) {
    this.redelivery = new Redelivery(ports.log, ports.versions);
    this.readFacts = new ReadFacts(ports);
    this.deriveFacts = new DeriveFacts(ports);
    this.applyFactCommand = new ApplyFactCommand(ports.keyring, ports.observer);
  }

  parse(record: LogRecord): MemoryChange {
    // Facts come back by the same topic, and tombstones concern nobody here.
    const isOther = record.value === null || (looksLikeFact(record) && !looksLikeCommand(record));
    return isOther ? { type: 'other' } : memoryChangeOf(record);
  }

  stampOf(change: MemoryChange): SubjectStamp | undefined {
    return change.type === 'derived' && change.memory.kind !== 'episode' ? undefined : stampOfChange(change);
  }

  async handle(received: readonly Received<MemoryChange>[], signal: AbortSignal): Promise<void> {
    const draft = new MemoryDraft(this.ports.versions, received[0]?.record.partition ?? 0);
    const net = netChangesOf(received).derived;
    const derived = new Set<Received<MemoryChange>>(net);
    const modelFacts = await this.readFacts.of(net, signal);
    const publishedBefore = await this.redelivery.publishedBefore(received, { keysOf, signal });
    const caused: (readonly LogAppend[])[] = [];
    for (const one of received) {
      const before = draft.appends.length;
      const isRead = modelFacts.published.has(one.event);
      const published = publishedBefore.get(one.event) ?? (isRead ? keysOf(one.event) : []);
      const isDue = derived.has(one) || one.event.type === 'command';
      if (published.length === 0 && isDue) await this.decide(one, { draft, modelFacts });
      const appends = draft.appends.slice(before);
      caused.push(appends);
      // Also what an attempt before this one may have published.
      const earlier = this.published.get(one.event) ?? [];
      const keys = [...earlier, ...published, ...memoryKeysIn(appends)];
      if (keys.length > 0) this.published.set(one.event, [...new Set(keys)]);
    }
    // A model may have taken long: whoever has the partition by now decides.
    signal.throwIfAborted();
    await appendInParts(this.ports.log, caused);
  }

  async undo(received: readonly Received<MemoryChange>[]): Promise<void> {
    const publishedFor = (event: MemoryChange) => ({
      keys: this.published.get(event) ?? [],
      subjectId: this.stampOf(event)?.subjectId,
    });
    const tombstones = tombstonesOf(received, publishedFor);
    if (tombstones.length > 0) await this.ports.log.append(tombstones);
  }

  /** Passes on what the write-filter has said of the turns, now that their facts are there too. */
  async finish(end: BatchEnd<MemoryChange>): Promise<void> {
    const heard = end.handled.flatMap(({ event }) =>
      event.type === 'progress' && event.progress.stage === undefined ? [event.progress] : [],
    );
    const refused = end.handled.map(({ event }) => event).filter((event) => this.refused.has(event));
    const lost = [...end.failed, ...refused].flatMap(acceptedIdsOf);
    if (heard.length === 0 && lost.length === 0) return;
    const progress = passedOn(heard, lost);
    const key = progress.failedTurnIds.length === 0 ? 'facts-progress' : `facts-progress/${end.nextOffset}`;
    const { partition } = end;
    await this.ports.log.append([{ topic: TOPICS.memories.name, partition, key, value: JSON.stringify(progress) }]);
  }

  private async decide(one: Received<MemoryChange>, context: DerivationContext): Promise<void> {
    const { event } = one;
    if (event.type === 'command') {
      if (await this.applyFactCommand.apply(one, event.passed, context.draft)) this.refused.add(event);
    } else if (event.type === 'derived' && event.memory.kind === 'episode') {
      await this.deriveFacts.derive(one, event.memory, context);
    }
  }
}

/** Keys under which is published what comes of an episode's version, or of a command about one fact. */
function keysOf(event: MemoryChange): readonly string[] {
  if (event.type === 'command') {
    const { target, recordedAt: version } = event.passed.command;
    return target?.kind === 'fact' ? [memoryKeyOf({ memoryId: target.memoryId, version })] : [];
  }
  if (event.type !== 'derived' || event.memory.kind !== 'episode') return [];
  const { memory } = event;
  return factIdsOf(memory, memory.sourceId).map((memoryId) => memoryKeyOf({ memoryId, version: memory.version }));
}

/** What somebody who waits knows the cause of an event by. */
function acceptedIdsOf(event: MemoryChange): readonly TurnId[] {
  if (event.type === 'command') return [event.passed.command.commandId];
  return event.type === 'derived' ? turnIdsOf(event.memory) : [];
}

function passedOn(heard: readonly ProgressNoted[], lost: readonly TurnId[]): ProgressNoted {
  return {
    type: 'progress-noted',
    v: 1,
    turnsOffset: Math.max(0, ...heard.map(({ turnsOffset }) => turnsOffset)),
    failedTurnIds: [...heard.flatMap(({ failedTurnIds }) => failedTurnIds), ...lost],
    droppedCount: heard.reduce((sum, { droppedCount }) => sum + droppedCount, 0),
    stage: 'facts',
  };
}
