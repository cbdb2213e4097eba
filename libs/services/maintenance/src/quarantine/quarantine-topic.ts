import {
  type QuarantineDecided,
  QuarantineDecidedV1,
  type SubjectId,
  type TenantId,
  TOPICS,
  type TurnQuarantined,
  TurnQuarantinedV1,
} from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { EventLog, LogRecord, SubjectTopics } from '@mneme/ports';
import { quarantineOffsetsOf, recordOf } from '@mneme/platform';

const TOPIC = TOPICS.quarantine.name;
/** Records that one page looks through: those of other tenants and of decisions lie among them. */
const PAGE_RECORDS_MAX = 5_000;
/** Each may hold a turn of 64 KiB. */
const READ_RECORDS_MAX = 50;

/** A turn in quarantine and where it lies. */
export interface HeldTurn {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly event: TurnQuarantined;
}

export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface HeldPage {
  readonly held: readonly HeldTurn[];
  /** Records that are damaged. */
  readonly unreadable: number;
  /** Where the next page begins; undefined at the end of the topic. */
  readonly next: Position | undefined;
}

export interface PageOptions {
  readonly from: Position;
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
  async page(tenantId: TenantId, { from, limit, subjectId, partitionsEnd }: PageOptions): Promise<HeldPage> {
    const held: HeldTurn[] = [];
    let unreadable = 0;
    let { partition, offset } = from;
    let left = PAGE_RECORDS_MAX;
    while (partition < partitionsEnd) {
      const records = await this.log.read({ topic: TOPIC, partition, offset }, Math.min(left, READ_RECORDS_MAX));
      for (const record of records) {
        if (held.length === limit) return { held, unreadable, next: { partition, offset: record.offset } };
        offset = record.offset + 1;
        const one = readable(() => heldOf(record, tenantId));
        if (one === UNREADABLE) unreadable += 1;
        else if (one !== undefined && (subjectId ?? one.event.subjectId) === one.event.subjectId) held.push(one);
      }
      left -= records.length;
      if (records.length === 0) [partition, offset] = [partition + 1, 0];
      else if (left === 0) return { held, unreadable, next: { partition, offset } };
    }
    return { held, unreadable, next: undefined };
  }

  /** The turn at a place; undefined when there is none of this tenant. */
  async find(tenantId: TenantId, { partition, offset }: Position): Promise<HeldTurn | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    return record?.offset === offset ? heldOf(record, tenantId) : undefined;
  }

  async offsetsOf(tenantId: TenantId, subjectId: SubjectId): Promise<SubjectOffsets> {
    const offsets = await quarantineOffsetsOf(this.topics, { tenantId, subjectId });
    return new Map([...offsets].map(([key, [first = 0]]) => [key, first]));
  }

  /** Undefined when it is gone meanwhile. */
  async decisionAt({ partition, offset }: Position): Promise<QuarantineDecided | typeof UNREADABLE | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    return record === undefined ? undefined : readable(() => recordOf(QuarantineDecidedV1, record));
  }
}

export const UNREADABLE = Symbol('unreadable');

/** One damaged record must not hide the others. */
export function readable<T>(read: () => T): T | typeof UNREADABLE {
  try {
    return read();
  } catch (error) {
    if (isMemoryError(error) && error.code === 'corrupt') return UNREADABLE;
    throw error;
  }
}

/** Undefined for a decision, and for a turn of another tenant, which is not even parsed. */
function heldOf(record: LogRecord, tenantId: TenantId): HeldTurn | undefined {
  const { key, value, partition, offset, appendedAtMs } = record;
  if (value === null || key.startsWith('decision/') || !value.includes(`"tenantId":"${tenantId}"`)) return undefined;
  const event = recordOf(TurnQuarantinedV1, record);
  return event.tenantId === tenantId ? { partition, offset, appendedAtMs, event } : undefined;
}
