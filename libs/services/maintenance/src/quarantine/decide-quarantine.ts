import { type QuarantineDecided, type TenantId, TOPICS, type TurnId, type TurnReleased } from '@mneme/events';
import { Conflict, instantOf, NotFound } from '@mneme/domain';
import type { Clock, EventLog, LogAppend } from '@mneme/ports';
import { decisionKeyOf, encodeReadToken, type Keyring } from '@mneme/platform';
import { placeOf } from '../log-pages.js';
import { type HeldTurn, type QuarantineTopic } from './quarantine-topic.js';

export interface DecideQuarantinePorts {
  readonly log: EventLog;
  readonly topic: QuarantineTopic;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly observer: { decided(decision: QuarantineDecided['decision']): void };
}

export interface Decider {
  readonly tenantId: TenantId;
  /** Who decides: the id of the key. */
  readonly decidedBy: string;
}

/** Releases and rejects turns, each once, and writes down who did. */
export class DecideQuarantine {
  // One after the other: two who decide at once must not both be told that they did.
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: DecideQuarantinePorts) {}

  /**
   * Sends the turn through the write-filter again. Answers a token by which a read waits for its memory.
   * @throws NotFound; Conflict when it was decided, and `subject-erased` when its user was erased.
   */
  async release(decider: Decider, quarantineId: string): Promise<{ readonly turnId: TurnId; readonly token: string }> {
    return this.inTurn(async () => {
      const held = await this.undecided(decider, quarantineId);
      const { tenantId, subjectId, epoch, turnId, turn } = held.event;
      const decided = this.decidedOf(held, decider, 'released');
      const { decidedBy: releasedBy, decidedAt: releasedAt } = decided;
      const stamp = { tenantId, subjectId, epoch, turnId, releasedBy, releasedAt };
      const released: TurnReleased = { type: 'turn-released', v: 1, ...stamp, turn };
      const { partition } = held;
      const [position] = await this.ports.log.append([
        {
          topic: TOPICS.turns.name,
          partition,
          key: `released/${turnId}`,
          value: JSON.stringify(released),
          subjectId,
        },
        appendOf(held, decided),
      ]);
      this.ports.observer.decided('released');
      const offsets = new Map([[partition, (position?.offset ?? 0) + 1]]);
      return { turnId, token: encodeReadToken({ offsets, turnIds: [turnId] }) };
    });
  }

  /** Keeps the turn out for good. @throws as `release`. */
  async reject(decider: Decider, quarantineId: string): Promise<TurnId> {
    return this.inTurn(async () => {
      const held = await this.undecided(decider, quarantineId);
      await this.ports.log.append([appendOf(held, this.decidedOf(held, decider, 'rejected'))]);
      this.ports.observer.decided('rejected');
      return held.event.turnId;
    });
  }

  private async undecided({ tenantId }: Decider, quarantineId: string): Promise<HeldTurn> {
    const { log, topic, keyring } = this.ports;
    const field = 'quarantineId';
    const held = await topic.find(tenantId, placeOf(quarantineId, field, log.partitionCount));
    if (held === undefined) throw new NotFound('there is no such turn in quarantine', { field });
    const { subjectId, epoch, turnId } = held.event;
    const access = (await keyring.openFresh(tenantId, [subjectId])).get(subjectId);
    if (access?.state !== 'open' || access.epoch !== epoch) {
      throw new Conflict("this turn's user was erased: it cannot be opened any more", { field }, 'subject-erased');
    }
    if ((await topic.offsetsOf(tenantId, subjectId)).has(decisionKeyOf(turnId))) {
      throw new Conflict('this turn was released or rejected already', { field });
    }
    return held;
  }

  private decidedOf(
    { event: { tenantId, subjectId, epoch, turnId } }: HeldTurn,
    { decidedBy }: Decider,
    decision: QuarantineDecided['decision'],
  ): QuarantineDecided {
    const decidedAt = instantOf(this.ports.clock.nowMs());
    return { type: 'quarantine-decided', v: 1, tenantId, subjectId, epoch, turnId, decision, decidedBy, decidedAt };
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.last.then(step);
    this.last = done.catch(() => undefined);
    return done;
  }
}

function appendOf({ partition }: HeldTurn, decided: QuarantineDecided): LogAppend {
  const { turnId, subjectId } = decided;
  const value = JSON.stringify(decided);
  return { topic: TOPICS.quarantine.name, partition, key: decisionKeyOf(turnId), value, subjectId };
}
