import { type CommandGiven, type SessionEnded, TOPICS, type TurnReceived, type TurnReleased } from '@mneme/events';
import { memoryKeyOf, summaryIdOf } from '@mneme/domain';
import type { EventLog, LanguageModel, LogAppend, LogRecord, MemoryVersions, SubjectTopics } from '@mneme/ports';
import {
  acceptedIdOf,
  appendInParts,
  type BatchEnd,
  commandKeyOf,
  type Keyring,
  MemoryDraft,
  memoryKeysIn,
  type Received,
  type RecordHandler,
  Redelivery,
  tombstonesOf,
  type TurnRecord,
  turnRecordOf,
} from '@mneme/platform';
import { ApplyCommand, type ApplyCommandObserver } from './apply-command.js';
import { DecideTurn, type DecideTurnObserver } from './decide-turn.js';
import { HeldTurns } from './held-turns.js';
import { JudgeTurns, type JudgeTurnsPorts, type Verdicts } from './judge-turns.js';
import { episodeKeyOf } from './published-before.js';
import { type Asking, SummariseSession, type SummariseSessionObserver } from './summarise-session.js';

export interface FilterTurnsPorts extends Pick<JudgeTurnsPorts, 'model' | 'modelTimeoutMs' | 'recent'> {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly versions: MemoryVersions;
  readonly topics: SubjectTopics;
  readonly observer: FilterTurnsObserver;
  /** Words summaries where it is given and has an answer; else rules do. */
  readonly summarise?: LanguageModel['summarise'] | undefined;
}

export interface FilterTurnsObserver extends DecideTurnObserver, ApplyCommandObserver, SummariseSessionObserver {}

/**
 * The owner of episodes, procedures and summaries: decides what turns and commands make of them, one record after the
 * other in the order of the log, and publishes the decisions of a batch all at once.
 */
export class FilterTurns implements RecordHandler<TurnRecord> {
  private readonly redelivery: Redelivery;
  private readonly judgeTurns: JudgeTurns;
  private readonly decideTurn: DecideTurn;
  private readonly applyCommand: ApplyCommand;
  private readonly summariseSession: SummariseSession;
  // What was published for a record, and which commands and releases were refused, for as long as their batch is in hand.
  private readonly published = new WeakMap<TurnRecord, readonly string[]>();
  private readonly refused = new WeakSet<TurnRecord>();

  constructor(private readonly ports: FilterTurnsPorts) {
    this.redelivery = new Redelivery(ports.log, ports.versions);
    this.judgeTurns = new JudgeTurns(ports);
    const heldTurns = new HeldTurns(ports);
    this.decideTurn = new DecideTurn(ports.observer, heldTurns);
    this.applyCommand = new ApplyCommand(ports.observer, heldTurns);
    this.summariseSession = new SummariseSession(ports.observer, ports.summarise);
  }

  parse(record: LogRecord): TurnRecord {
    return turnRecordOf(record);
  }

  stampOf(record: TurnRecord): TurnRecord {
    return record;
  }

  async handle(received: readonly Received<TurnRecord>[], signal: AbortSignal): Promise<void> {
    const { modelTimeoutMs = Infinity } = this.ports;
    const asking = { signal, untilMs: performance.now() + modelTimeoutMs };
    const verdicts = await this.judgeTurns.of(received, signal);
    const partition = received[0]?.record.partition ?? 0;
    const draft = new MemoryDraft(this.ports.versions, partition);
    const publishedBefore = await this.redelivery.publishedBefore(received, { keysOf, signal });
    const caused: (readonly LogAppend[])[] = [];
    for (const one of received) {
      const before = draft.appends.length;
      const isJudged = verdicts.get(one.event)?.state !== 'published';
      const published = publishedBefore.get(one.event) ?? (isJudged ? [] : keysOf(one.event));
      if (published.length === 0) await this.decide(one, { verdicts, draft, asking });
      const appends = draft.appends.slice(before);
      caused.push(appends);
      // Also what an attempt before this one may have published.
      const earlier = this.published.get(one.event) ?? [];
      const keys = [...earlier, ...published, ...memoryKeysIn(appends)];
      this.published.set(one.event, [...new Set(keys)]);
    }
    // A model may have taken long: whoever has the partition by now decides.
    signal.throwIfAborted();
    await appendInParts(this.ports.log, caused);
  }

  async undo(received: readonly Received<TurnRecord>[]): Promise<void> {
    const publishedFor = (event: TurnRecord) => ({
      keys: this.published.get(event) ?? [],
      subjectId: event.subjectId,
    });
    await this.ports.log.append(tombstonesOf(received, publishedFor));
  }

  /** Tells the projections how far the turns have been read, and which of them came to nothing. */
  async finish(end: BatchEnd<TurnRecord>): Promise<void> {
    const refused = end.handled.map(({ event }) => event).filter((event) => this.refused.has(event));
    const failedTurnIds = [...end.failed, ...refused].map(acceptedIdOf);
    const progress = {
      type: 'progress-noted',
      v: 1,
      turnsOffset: end.nextOffset,
      failedTurnIds,
      droppedCount: end.refused.length,
    };
    const key = failedTurnIds.length === 0 ? 'progress' : `progress/${end.nextOffset}`;
    const { partition } = end;
    await this.ports.log.append([{ topic: TOPICS.memories.name, partition, key, value: JSON.stringify(progress) }]);
  }

  private async decide(one: Received<TurnRecord>, { verdicts, draft, asking }: BatchInHand): Promise<void> {
    const { event } = one;
    const { policy } = (await this.ports.keyring.tenant(event.tenantId)).tenant;
    switch (event.type) {
      case 'turn-received':
        return this.decideTurn.decide(one as Received<TurnReceived>, verdicts.get(event), { draft, policy });
      case 'turn-released':
        if (await this.decideTurn.release(one as Received<TurnReleased>, { draft, policy })) this.refused.add(event);
        return;
      case 'command-given':
        if (await this.applyCommand.apply(one as Received<CommandGiven>, draft, policy)) this.refused.add(event);
        return;
      case 'session-ended':
        return this.summariseSession.decide(one as Received<SessionEnded>, draft, { policy, asking });
    }
  }
}

interface BatchInHand {
  readonly verdicts: Verdicts;
  readonly draft: MemoryDraft;
  readonly asking: Asking;
}

/** Keys under which a record's decision is published, unless it is dropped or refused. */
function keysOf(event: TurnRecord): readonly string[] {
  switch (event.type) {
    case 'turn-received':
      return [episodeKeyOf(event)];
    case 'turn-released':
      return [episodeKeyOf(event.turn)];
    case 'command-given': {
      const { commandId, target, recordedAt: version } = event;
      const own = target === undefined ? [] : [memoryKeyOf({ memoryId: target.memoryId, version })];
      return [commandKeyOf(commandId), ...own];
    }
    case 'session-ended':
      return [memoryKeyOf({ memoryId: summaryIdOf(event), version: event.recordedAt })];
  }
}
