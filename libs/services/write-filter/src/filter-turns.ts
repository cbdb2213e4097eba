import { type MemoryDerived, TOPICS, TurnContent, type TurnDiscarded, type TurnReceived } from '@mneme/events';
import { Corrupt, episodeOf, judgeTurn, memoryIdOf, memoryKeyOf, seal, type TenantPolicy, unseal } from '@mneme/domain';
import type { EventLog, LogAppend, LogRecord } from '@mneme/ports';
import {
  acceptedIdOf,
  type BatchEnd,
  type Keyring,
  parsedJson,
  type Received,
  type RecordHandler,
  type TurnRecord,
  turnRecordOf,
} from '@mneme/platform';

export interface FilterTurnsObserver {
  /** One turn was kept, with what it was kept for. */
  kept(flags: readonly string[]): void;
  /** One turn was dropped, for its weightiest reason. */
  dropped(reason: string): void;
}

/** Derives memories from turns: the owner of episodes. Publishes what it kept, and why it dropped the rest. */
export class FilterTurns implements RecordHandler<TurnRecord> {
  constructor(
    private readonly log: EventLog,
    private readonly keyring: Keyring,
    private readonly observer: FilterTurnsObserver,
  ) {}

  parse(record: LogRecord): TurnRecord {
    return turnRecordOf(record);
  }

  stampOf(record: TurnRecord): TurnRecord {
    return record;
  }

  async handle(received: readonly Received<TurnRecord>[]): Promise<void> {
    const appends: LogAppend[] = [];
    for (const one of received.filter(isTurn)) {
      const { tenant } = await this.keyring.tenant(one.event.tenantId);
      appends.push(this.decide(one, tenant.policy));
    }
    await this.log.append(appends);
  }

  async undo(received: readonly Received<TurnRecord>[]): Promise<void> {
    await this.log.append(
      received.filter(isTurn).map(({ record, event }) => ({
        topic: TOPICS.memories.name,
        partition: record.partition,
        key: memoryKeyOf({ memoryId: episodeIdOf(event), version: event.recordedAt }),
        value: null,
        subjectId: event.subjectId,
      })),
    );
  }

  /** Tells the projections how far the turns have been read. */
  async finish(end: BatchEnd<TurnRecord>): Promise<void> {
    const failedTurnIds = end.failed.map(acceptedIdOf);
    const progress = {
      type: 'progress-noted',
      v: 1,
      turnsOffset: end.nextOffset,
      failedTurnIds,
      droppedCount: end.refused.length,
    };
    const key = failedTurnIds.length === 0 ? 'progress' : `progress/${end.nextOffset}`;
    const { partition } = end;
    await this.log.append([{ topic: TOPICS.memories.name, partition, key, value: JSON.stringify(progress) }]);
  }

  private decide({ record, event, access }: Received<TurnReceived>, policy: TenantPolicy): LogAppend {
    if (access === undefined) throw new Corrupt('a turn reached the write-filter without its key');
    const { partition } = record;
    const { subjectId } = event;
    const context = { ...event, recordId: event.turnId, version: event.recordedAt };
    const content = parsedJson(TurnContent, unseal(access.keys, context, event.sealed));
    const verdict = judgeTurn({ ...content, role: event.role }, policy);
    if (!verdict.keep) {
      this.observer.dropped(verdict.reasons[0]);
      const value = JSON.stringify(discardedOf(event, verdict.reasons));
      return { topic: TOPICS.discarded.name, partition, key: event.turnId, value, subjectId };
    }
    this.observer.kept(verdict.flags);
    const { content: text, ...episode } = episodeOf(event, content, { flags: verdict.flags, policy });
    const sealed = seal(access.keys, { ...episode, recordId: episode.memoryId }, JSON.stringify(text));
    const memory: MemoryDerived = { ...episode, sealed };
    return {
      topic: TOPICS.memories.name,
      partition,
      key: memoryKeyOf(memory),
      value: JSON.stringify(memory),
      subjectId,
    };
  }
}

function isTurn(one: Received<TurnRecord>): one is Received<TurnReceived> {
  return one.event.type === 'turn-received';
}

function discardedOf(turn: TurnReceived, reasons: readonly string[]): TurnDiscarded {
  const { tenantId, subjectId, epoch, turnId, recordedAt } = turn;
  return { type: 'turn-discarded', v: 1, tenantId, subjectId, epoch, turnId, recordedAt, reasons: [...reasons] };
}

function episodeIdOf(turn: TurnReceived) {
  const { tenantId, subjectId } = turn;
  const sourceId = turn.turnId as string as MemoryDerived['sourceId'];
  return memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 });
}
