import { type DeadLettered, type DeadLetterRedriven, type MemoryDerived, MemoryDerivedV1, TOPICS } from '@mneme/events';
import { instantOf, isMemoryError, LimitExceeded } from '@mneme/domain';
import type { Clock, EventLog, LogAppend } from '@mneme/ports';
import { type AcceptCommands, type Keyring, parsedJson } from '@mneme/platform';
import type { Redriven } from '@mneme/proto';
import { z } from 'zod';
import { placeOf } from '../log-pages.js';
import { type DeadLetterAt, type DeadLetterTopic, redrivenKeyOf } from './dead-letter-topic.js';

export interface RedrivePorts {
  readonly log: EventLog;
  readonly topic: DeadLetterTopic;
  readonly commands: Pick<AcceptCommands, 'accept'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly observer: { redriven(group: string): void };
}

type Outcome = 'redriven' | 'not-found' | 'erased' | 'not-redrivable';

const IDS_MAX = 200;
/** The group whose dead letters are episodes of which no facts could be made. */
const DERIVING_GROUP = 'graph-extractor';

/**
 * Lets the consumers meet again what one of them could not apply. What came in on `turns` is put back at its end. Of
 * `memories` only the owner of a kind says anything: it is asked to say the version again, and does unless it has taken it
 * back since. The highest version wins everywhere, so that whoever had applied it before sees no change.
 */
export class RedriveDeadLetters {
  // One after the other: two who redrive at once must not put the same record back twice.
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: RedrivePorts) {}

  /** Outcomes in the order of the ids. @throws LimitExceeded; InvalidInput for an id that no list gave. */
  redrive(ids: readonly string[], redrivenBy: string): Promise<Redriven[]> {
    if (ids.length > IDS_MAX) {
      const detail = { field: 'deadLetterIds', limit: `deadLetterIdsMax=${IDS_MAX}`, sent: String(ids.length) };
      return Promise.reject(new LimitExceeded('at most 200 dead letters are redriven at once', detail));
    }
    const done = this.last.then(() => this.redriveAll(ids, redrivenBy));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async redriveAll(ids: readonly string[], redrivenBy: string): Promise<Redriven[]> {
    const places = ids.map((id) => placeOf(id, 'deadLetterIds', this.ports.log.partitionCount));
    const redriven: Redriven[] = [];
    for (const [i, place] of places.entries()) {
      const letter = await this.ports.topic.find(place);
      const outcome = letter === undefined ? 'not-found' : await this.redriveOne(letter, redrivenBy);
      redriven.push({ deadLetterId: ids[i] as string, outcome });
    }
    return redriven;
  }

  private async redriveOne(letter: DeadLetterAt, redrivenBy: string): Promise<Outcome> {
    const outcome = (await this.isErased(letter.event)) ? 'erased' : await this.giveBack(letter);
    if (outcome !== 'redriven') return outcome;
    await this.ports.log.append([this.markOf(letter, redrivenBy)]);
    this.ports.observer.redriven(letter.event.group);
    return outcome;
  }

  private async giveBack({ event, partition, offset }: DeadLetterAt): Promise<Outcome> {
    const value = event.value === null ? undefined : Buffer.from(event.value, 'base64').toString();
    const { key, subjectId, group } = event;
    if (value === undefined || key === null) return 'not-redrivable';
    if (event.topic === TOPICS.turns.name) {
      const whose = subjectId === undefined ? {} : { subjectId };
      await this.ports.log.append([{ topic: TOPICS.turns.name, partition: event.partition, key, value, ...whose }]);
      return 'redriven';
    }
    const memory = event.topic === TOPICS.memories.name ? memoryIn(value) : undefined;
    if (memory === undefined) return 'not-redrivable';
    const { tenantId, memoryId, kind, version } = memory;
    const target = { memoryId, kind, version };
    const keepsDerived = group === DERIVING_GROUP ? {} : { keepsDerived: true };
    const wish = { action: 'republish', target, ...keepsDerived } as const;
    const idempotencyKey = `redrive/${partition}/${offset}`;
    await this.ports.commands.accept([
      { tenantId, subjectId: memory.subjectId, sourceClass: 'system', idempotencyKey, wish },
    ]);
    return 'redriven';
  }

  /** Also of a user who was enrolled again since: what is of the epoch before stays closed, and must not rest longer. */
  private async isErased({ tenantId, subjectId, value }: DeadLettered): Promise<boolean> {
    // What could not even be read goes to the dead letters again, and opens nothing.
    if (tenantId === undefined || subjectId === undefined) return false;
    const access = (await this.ports.keyring.openFresh(tenantId, [subjectId])).get(subjectId);
    return access?.state !== 'open' || access.epoch !== (epochIn(value) ?? access.epoch);
  }

  private markOf({ partition, offset, event }: DeadLetterAt, redrivenBy: string): LogAppend {
    const { tenantId, subjectId } = event;
    const mark: DeadLetterRedriven = {
      type: 'dead-letter-redriven',
      v: 1,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(subjectId === undefined ? {} : { subjectId }),
      deadLetterOffset: offset,
      redrivenBy,
      redrivenAt: instantOf(this.ports.clock.nowMs()),
    };
    const whose = subjectId === undefined ? {} : { subjectId };
    const key = redrivenKeyOf(offset);
    return { topic: TOPICS.deadLetters.name, partition, key, value: JSON.stringify(mark), ...whose };
  }
}

const Stamped = z.object({ epoch: z.int() });

/** Undefined for what cannot be read, which goes to the dead letters again and opens nothing. */
function epochIn(value: string | null): number | undefined {
  if (value === null) return undefined;
  try {
    return Stamped.parse(JSON.parse(Buffer.from(value, 'base64').toString())).epoch;
  } catch {
    return undefined;
  }
}

/** Undefined for progress, for a passed command, and for what still cannot be read. */
function memoryIn(value: string): MemoryDerived | undefined {
  try {
    return parsedJson(MemoryDerivedV1, value);
  } catch (error) {
    if (isMemoryError(error) && error.code === 'corrupt') return undefined;
    throw error;
  }
}
