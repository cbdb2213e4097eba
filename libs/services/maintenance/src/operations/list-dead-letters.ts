import { type DeadLetterRedriven, TOPICS } from '@mneme/events';
import { instantOf, InvalidInput } from '@mneme/domain';
import type { EventLog } from '@mneme/ports';
import type { DeadLetter, ListDeadLettersRequest, ListDeadLettersResponse } from '@mneme/proto';
import { placeIdOf, placeOf } from '../log-pages.js';
import type { DeadLetterAt, DeadLetterTopic } from './dead-letter-topic.js';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;
const RETENTION_MS = TOPICS.deadLetters.retention.retentionMs;

export class ListDeadLetters {
  constructor(
    private readonly log: EventLog,
    private readonly topic: DeadLetterTopic,
  ) {}

  /** @throws InvalidInput naming the field. */
  async list(request: ListDeadLettersRequest): Promise<ListDeadLettersResponse> {
    const { cursor, group, withRedriven } = request;
    const start = { partition: 0, offset: 0 };
    const from = cursor === undefined ? start : placeOf(cursor, 'cursor', this.log.partitionCount);
    const limit = pageSizeOf(request.pageSize);
    const { found: letters, next } = await this.topic.page(from, limit, group);
    const views = await this.viewsOf(letters);
    return {
      deadLetters: views.filter(({ redrivenAt }) => withRedriven || redrivenAt === undefined),
      nextCursor: next === undefined ? undefined : placeIdOf(next),
    };
  }

  private async viewsOf(letters: readonly DeadLetterAt[]): Promise<readonly DeadLetter[]> {
    const marks = new Map<number, ReadonlyMap<number, DeadLetterRedriven>>();
    for (const letter of letters) {
      if (!marks.has(letter.partition)) marks.set(letter.partition, await this.topic.marksFrom(letter));
    }
    return letters.map((letter) => viewOf(letter, marks.get(letter.partition)?.get(letter.offset)));
  }
}

function viewOf(letter: DeadLetterAt, mark: DeadLetterRedriven | undefined): DeadLetter {
  const { group, topic, partition, offset, key, code, failedAt, tenantId, subjectId } = letter.event;
  return {
    deadLetterId: placeIdOf(letter),
    group,
    topic,
    partition,
    offset,
    key: key ?? '',
    code,
    failedAt,
    goneBy: instantOf(letter.appendedAtMs + RETENTION_MS),
    tenantId,
    subjectId,
    redrivenAt: mark?.redrivenAt,
    redrivenBy: mark?.redrivenBy,
  };
}

function pageSizeOf(pageSize = PAGE_DEFAULT): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= PAGE_MAX) return pageSize;
  const limit = `pageSizeMax=${PAGE_MAX}`;
  throw new InvalidInput('a page has 1 to 200 dead letters', { field: 'pageSize', limit, sent: String(pageSize) });
}
