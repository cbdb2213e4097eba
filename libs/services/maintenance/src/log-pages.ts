import type { TopicName } from '@mneme/events';
import { InvalidInput, isMemoryError } from '@mneme/domain';
import type { EventLog, LogPosition, LogRecord } from '@mneme/ports';

/** Where a record lies in its topic. */
export type Place = Pick<LogPosition, 'partition' | 'offset'>;

export interface LogPage<T> {
  readonly found: readonly T[];
  /** Records that are damaged. */
  readonly unreadable: number;
  /** Where the next page begins; undefined at the end of the topic. */
  readonly next: Place | undefined;
}

export interface LogPageOptions {
  readonly topic: TopicName;
  readonly from: Place;
  readonly limit: number;
  /** Partitions before this one. */
  readonly partitionsEnd: number;
}

/** Records that one page looks through: those that are not asked for lie among them. */
const PAGE_RECORDS_MAX = 5_000;
/** Each may hold a turn of 64 KiB, also as base64. */
export const READ_RECORDS_MAX = 50;

/** What `take` makes of the records from a place on, looking through a bounded number of them. */
export async function logPage<T>(
  log: EventLog,
  { topic, from, limit, partitionsEnd }: LogPageOptions,
  take: (record: LogRecord) => T | undefined,
): Promise<LogPage<T>> {
  const found: T[] = [];
  let unreadable = 0;
  let { partition, offset } = from;
  let left = PAGE_RECORDS_MAX;
  while (partition < partitionsEnd) {
    const records = await log.read({ topic, partition, offset }, Math.min(left, READ_RECORDS_MAX));
    for (const record of records) {
      if (found.length === limit) return { found, unreadable, next: { partition, offset: record.offset } };
      offset = record.offset + 1;
      const one = readable(() => take(record));
      if (one === UNREADABLE) unreadable += 1;
      else if (one !== undefined) found.push(one);
    }
    left -= records.length;
    if (records.length === 0) [partition, offset] = [partition + 1, 0];
    else if (left === 0) return { found, unreadable, next: { partition, offset } };
  }
  return { found, unreadable, next: undefined };
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

const ID = /^(\d{1,5})-(\d{1,15})$/;

/** A place as callers are told it: it grants nothing, who may see what lies there is looked at again. */
export function placeIdOf({ partition, offset }: Place): string {
  return `${partition}-${offset}`;
}

/** @throws InvalidInput naming the field for what `placeIdOf` did not make. */
export function placeOf(id: string, field: string, partitionCount: number): Place {
  const [, partition, offset] = ID.exec(id) ?? [];
  if (partition !== undefined && Number(partition) < partitionCount) {
    return { partition: Number(partition), offset: Number(offset) };
  }
  throw new InvalidInput('this is no such id: take it from the list', { field });
}
