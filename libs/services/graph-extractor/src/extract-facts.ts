import { MemoryContent, type MemoryDerived, type ProgressNoted, type Role, TOPICS, type TurnId } from '@mneme/events';
import {
  Corrupt,
  factMemoriesOf,
  factsOf,
  memoryKeyOf,
  seal,
  type StatedFact,
  type StatementContext,
  turnIdsOf,
  unseal,
} from '@mneme/domain';
import type { EventLog, LogAppend, LogRecord } from '@mneme/ports';
import {
  type BatchEnd,
  isDerived,
  type Keyring,
  looksLikeFact,
  type MemoryChange,
  memoryChangeOf,
  netChangesOf,
  parsedJson,
  type Received,
  type RecordHandler,
  type SubjectStamp,
} from '@mneme/platform';

export interface ExtractFactsPorts {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly observer: ExtractFactsObserver;
  /** The rules, unless a test brings its own. */
  readonly factsOf?: (text: string, context: StatementContext) => readonly StatedFact[];
}

export interface ExtractFactsObserver {
  /** How many facts an episode gave, of each predicate. */
  extracted(predicate: string): void;
}

/**
 * Derives facts from episodes: their owner. It publishes them into the partition that the episode came from, and after
 * them how far it has come, so that whoever has read that has read both.
 */
export class ExtractFacts implements RecordHandler<MemoryChange> {
  // What was published for an event, for as long as its batch is in hand.
  private readonly published = new WeakMap<MemoryChange, readonly string[]>();

  constructor(private readonly ports: ExtractFactsPorts) {}

  parse(record: LogRecord): MemoryChange {
    // Facts come back by the same topic, and tombstones concern nobody here.
    return record.value === null || looksLikeFact(record) ? { type: 'other' } : memoryChangeOf(record);
  }

  stampOf(change: MemoryChange): SubjectStamp | undefined {
    return change.type === 'derived' && change.memory.kind === 'episode' ? change.memory : undefined;
  }

  async handle(received: readonly Received<MemoryChange>[]): Promise<void> {
    const appends: LogAppend[] = [];
    for (const one of netChangesOf(received).derived) {
      if (one.event.memory.kind !== 'episode') continue;
      const facts = await this.derive(one, one.event.memory);
      if (facts.length === 0) continue;
      this.published.set(
        one.event,
        facts.map(({ key }) => key),
      );
      appends.push(...facts);
    }
    if (appends.length > 0) await this.ports.log.append(appends);
  }

  async undo(received: readonly Received<MemoryChange>[]): Promise<void> {
    const tombstones = received.filter(isDerived).flatMap(({ record, event }): LogAppend[] => {
      const { subjectId } = event.memory;
      const { partition } = record;
      const keys = this.published.get(event) ?? [];
      return keys.map((key) => ({ topic: TOPICS.memories.name, partition, key, value: null, subjectId }));
    });
    if (tombstones.length > 0) await this.ports.log.append(tombstones);
  }

  /** Passes on what the write-filter has said of the turns, now that their facts are there too. */
  async finish(end: BatchEnd<MemoryChange>): Promise<void> {
    const heard = end.handled.flatMap(({ event }) =>
      event.type === 'progress' && event.progress.stage === undefined ? [event.progress] : [],
    );
    const lost = end.failed.flatMap((event) => (event.type === 'derived' ? turnIdsOf(event.memory) : []));
    if (heard.length === 0 && lost.length === 0) return;
    const progress = passedOn(heard, lost);
    const key = progress.failedTurnIds.length === 0 ? 'facts-progress' : `facts-progress/${end.nextOffset}`;
    const { partition } = end;
    await this.ports.log.append([{ topic: TOPICS.memories.name, partition, key, value: JSON.stringify(progress) }]);
  }

  private async derive(one: Received<MemoryChange>, episode: MemoryDerived): Promise<readonly LogAppend[]> {
    if (one.access === undefined) throw new Corrupt('an episode reached the graph-extractor without its key');
    const { keys } = one.access;
    const content = parsedJson(MemoryContent, unseal(keys, { ...episode, recordId: episode.memoryId }, episode.sealed));
    const stated = (this.ports.factsOf ?? factsOf)(content.text, contextOf(episode, content));
    if (stated.length === 0) return [];
    const { tenant, indexKeys } = await this.ports.keyring.tenant(episode.tenantId);
    const memories = factMemoriesOf(episode, stated, { content, policy: tenant.policy, indexKeys, dataKeys: keys });
    return memories.map(({ content: text, ...fact }) => {
      this.ports.observer.extracted(fact.fact?.predicate ?? '');
      const sealed = seal(keys, { ...fact, recordId: fact.memoryId }, JSON.stringify(text));
      return {
        topic: TOPICS.memories.name,
        partition: one.record.partition,
        key: memoryKeyOf(fact),
        value: JSON.stringify({ ...fact, sealed } satisfies MemoryDerived),
        subjectId: fact.subjectId,
      };
    });
  }
}

const ROLES = {
  user: 'user',
  agent: 'assistant',
  tool: 'tool',
  web: 'tool',
  system: 'system',
} as const satisfies Record<MemoryDerived['sourceClass'], Role>;

function contextOf({ sourceClass, occurredAt }: MemoryDerived, content: MemoryContent): StatementContext {
  return {
    role: ROLES[sourceClass],
    occurredAt,
    ...(content.speakerName === undefined ? {} : { speakerName: content.speakerName }),
    ...(content.zone === undefined ? {} : { zone: content.zone }),
  };
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
