import {
  type QuarantineDecided,
  QuarantineDecidedV1,
  type SubjectId,
  type TenantId,
  TOPICS,
  type TurnQuarantined,
  TurnQuarantinedV1,
} from '@mneme/events';
import type { EventLog, LogRecord, SubjectTopics } from '@mneme/ports';
import { quarantineOffsetsOf, recordOf } from '@mneme/platform';
import { type LogPage, logPage, type Place, readable, type UNREADABLE } from '../log-pages.js';

const TOPIC = TOPICS.quarantine.name;
/** A turn in quarantine and where it lies. */
export interface HeldTurn {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly event: TurnQuarantined;
}

export interface PageOptions {
  readonly from: Place;
  readonly limit: number;
  /** Of this subject alone. */
  readonly subjectId?: SubjectId | undefined;
  /** Partitions before this one. */
  readonly partitionsEnd: number;
}

/** Offsets of a subject's records on the topic by key; of a key that is there twice, the first. */
export type SubjectOffsets = ReadonlyMap<string, number>;

/** Reads the topic `quarantine`, which is small: nothing is a memory that lies here. */
export class QuarantineTopic {
  constructor(
    private readonly log: EventLog,
    private readonly topics: SubjectTopics,
  ) {}

  /** Turns of one tenant from a place on, looking through a bounded number of records. */
  page(tenantId: TenantId, { from, limit, subjectId, partitionsEnd }: PageOptions): Promise<LogPage<HeldTurn>> {
    return logPage(this.log, { topic: TOPIC, from, limit, partitionsEnd }, (record) => {
      const held = heldOf(record, tenantId);
      return held !== undefined && (subjectId ?? held.event.subjectId) === held.event.subjectId ? held : undefined;
    });
  }

  /** The turn at a place; undefined when there is none of this tenant. */
  async find(tenantId: TenantId, { partition, offset }: Place): Promise<HeldTurn | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    return record?.offset === offset ? heldOf(record, tenantId) : undefined;
  }

  async offsetsOf(tenantId: TenantId, subjectId: SubjectId): Promise<SubjectOffsets> {
    const offsets = await quarantineOffsetsOf(this.topics, { tenantId, subjectId });
    return new Map([...offsets].map(([key, [first = 0]]) => [key, first]));
  }

  /** Undefined when it is gone meanwhile. */
  async decisionAt({ partition, offset }: Place): Promise<QuarantineDecided | typeof UNREADABLE | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    return record === undefined ? undefined : readable(() => recordOf(QuarantineDecidedV1, record));
  }
}

/** Undefined for a decision, and for a turn of another tenant, which is not even parsed. */
function heldOf(record: LogRecord, tenantId: TenantId): HeldTurn | undefined {
  const { key, value, partition, offset, appendedAtMs } = record;
  if (value === null || key.startsWith('decision/') || !value.includes(`"tenantId":"${tenantId}"`)) return undefined;
  const event = recordOf(TurnQuarantinedV1, record);
  return event.tenantId === tenantId ? { partition, offset, appendedAtMs, event } : undefined;
}
