import {
  type CommandGiven,
  type QuarantineDecided,
  QuarantineDecidedV1,
  type SourceId,
  TOPICS,
  TurnQuarantinedV1,
  type TurnReceived,
} from '@mneme/events';
import { instantOf, isWithinBounds } from '@mneme/domain';
import type { EventLog, LogRecord, SubjectTopics } from '@mneme/ports';
import { decisionKeyOf, type MemoryDraft, quarantineOffsetsOf, recordOf } from '@mneme/platform';

const TOPIC = TOPICS.quarantine.name;

export interface HeldTurnsPorts {
  readonly log: EventLog;
  readonly topics: SubjectTopics;
}

/** What commands do to turns that lie in quarantine: one that was taken back stays out, also when it is released later. */
export class HeldTurns {
  constructor(private readonly ports: HeldTurnsPorts) {}

  /** Rejects the turn if it is held and within the command's bounds. */
  async retract(command: CommandGiven, sourceId: SourceId, draft: MemoryDraft): Promise<void> {
    const [held] = await this.recordsOf(command, sourceId, draft);
    if (held === undefined) return;
    const { turn } = recordOf(TurnQuarantinedV1, held);
    if (!isWithinBounds(turn, command.bounds)) return;
    const { tenantId, subjectId, epoch, commandId, recordedAt } = command;
    const decided: QuarantineDecided = {
      type: 'quarantine-decided',
      v: 1,
      tenantId,
      subjectId,
      epoch,
      turnId: turn.turnId,
      decision: 'rejected',
      decidedBy: commandId,
      decidedAt: instantOf(Math.floor(recordedAt / 1_000)),
      commandId,
    };
    const value = JSON.stringify(decided);
    draft.appends.push({
      topic: TOPIC,
      partition: draft.partition,
      key: decisionKeyOf(turn.turnId),
      value,
      subjectId,
    });
  }

  /** Whether a command has taken the turn back while it was held. */
  async isRetracted(turn: TurnReceived, draft: MemoryDraft): Promise<boolean> {
    const decisions = await this.recordsOf(turn, decisionKeyOf(turn.turnId), draft);
    return decisions.some((record) => recordOf(QuarantineDecidedV1, record).commandId !== undefined);
  }

  /** Records of the subject under a key, those that the batch in hand is about to publish among them. */
  private async recordsOf(
    whose: Pick<TurnReceived, 'tenantId' | 'subjectId'>,
    key: string,
    { partition, appends }: MemoryDraft,
  ): Promise<readonly LogRecord[]> {
    const offsets = (await quarantineOffsetsOf(this.ports.topics, whose)).get(key) ?? [];
    const records: LogRecord[] = [];
    for (const offset of offsets) {
      const [record] = await this.ports.log.read({ topic: TOPIC, partition, offset }, 1);
      if (record?.offset === offset && record.key === key) records.push(record);
    }
    const drafted = appends.filter((one) => one.topic === TOPIC && one.key === key);
    return [...records, ...drafted.map((one) => ({ ...one, offset: Infinity, appendedAtMs: 0 }))];
  }
}
