import { type CommandGiven, TOPICS, type TurnId } from '@mneme/events';
import {
  commandIdOf,
  Conflict,
  type DataKeys,
  InvalidInput,
  keyedHash,
  LimitExceeded,
  partitionOf,
  Unavailable,
  type WishedCommand,
} from '@mneme/domain';
import type { AcceptedTurns, EventLog, ReservedTurn, TurnPosition } from '@mneme/ports';
import { commandEventOf, type PreparedCommand, seenVersionOf, wishedPayloadOf } from './command-event.js';
import type { Keyring, TenantAccess } from './keyring.js';
import type { Logger } from './logger.js';
import { encodeReadToken } from './read-token.js';
import type { TurnOrder } from './turn-order.js';

export interface AcceptCommandsPorts {
  readonly keyring: Keyring;
  readonly acceptedTurns: AcceptedTurns;
  readonly log: EventLog;
  readonly order: TurnOrder;
  readonly logger: Logger;
}

/** The log has the commands; whether each could be applied is known once `token` has been waited for. */
export interface AcceptedCommands {
  /** In the order given. */
  readonly commandIds: readonly TurnId[];
  /** A read that waits for it sees what the commands did, and names those that were refused as failed. */
  readonly token: string;
  /** How many had been accepted before. */
  readonly repeatedCount: number;
}

export const COMMANDS_MAX = 500;
const COMMANDS_WAITING_MAX = 10_000;

/**
 * Turns wishes into accepted commands on `turns`: the one way in for the API and for maintenance. Give it at most 500
 * wishes whose targets you have resolved within a read scope (API) or a subject (maintenance), each with the version
 * that you saw: the owner refuses a command whose memory has a newer one by then, so that no update is lost. All of a
 * call is accepted or nothing, and durable when it resolves.
 *
 *   const { token } = await acceptCommands.accept([
 *     { tenantId, subjectId: row.subjectId, sourceClass: 'system', idempotencyKey: `expiry/${row.memoryId}/${row.version}`,
 *       wish: { action: 'retract', target: targetOf(row), reason: 'expired' } },
 *   ]);
 *
 * An idempotency key names one wish of a subject for 14 days: the same wish again gives the same command and changes
 * nothing, another one is refused. It does not check rights; whoever calls has.
 */
export class AcceptCommands {
  private waiting = 0;

  constructor(private readonly ports: AcceptCommandsPorts) {}

  /**
   * @throws InvalidInput for no wish; LimitExceeded `commandsMax`; Conflict for a key that another wish has, and
   * `subject-erased`; Unavailable when it can be sent again.
   */
  async accept(wished: readonly WishedCommand[]): Promise<AcceptedCommands> {
    refuseCount(wished.length);
    if (this.waiting + wished.length > COMMANDS_WAITING_MAX) {
      const detail = { limit: `commandsWaitingMax=${COMMANDS_WAITING_MAX}`, sent: `${wished.length} commands` };
      throw new Unavailable('too many commands are waiting to be written; send them again later', detail);
    }
    this.waiting += wished.length;
    try {
      const commands = await this.prepare(wished);
      return await this.ports.order.write(() => this.commit(commands));
    } finally {
      this.waiting -= wished.length;
    }
  }

  private async prepare(wished: readonly WishedCommand[]): Promise<readonly PreparedCommand[]> {
    const prepared: PreparedCommand[] = [];
    for (const [index, one] of wished.entries()) {
      const access = await this.ports.keyring.tenant(one.tenantId);
      prepared.push(preparedOf(one, access, await this.keysOf(one, index)));
    }
    return prepared;
  }

  private async keysOf({ tenantId, subjectId }: WishedCommand, index: number) {
    const access = (await this.ports.keyring.admit(tenantId, [subjectId])).get(subjectId);
    if (access?.state === 'open') return access;
    const detail = { field: `commands[${index}]` };
    if (access === undefined) throw new Unavailable('the keys of this user cannot be had now', detail);
    throw new Conflict('this user was erased; enrol the user to begin anew', detail, 'subject-erased');
  }

  private async commit(commands: readonly PreparedCommand[]): Promise<AcceptedCommands> {
    const { acceptedTurns, order } = this.ports;
    // Another process may have accepted what a command changes, by a clock that is ahead of this one.
    for (const { wished } of commands) order.recordedClock.raiseTo(seenVersionOf(wished));
    const reserved = await acceptedTurns.reserve(
      commands.map(({ commandId, wished: { tenantId, subjectId }, epoch, fingerprint }) => {
        const recordedAt = order.recordedClock.next();
        return { turnId: commandId, tenantId, subjectId, epoch, fingerprint, recordedAt };
      }),
    );
    const conflict = reserved.findIndex(({ state }) => state === 'conflict');
    if (conflict >= 0) {
      const field = `commands[${conflict}].idempotencyKey`;
      throw new Conflict('this idempotency key was used before for another command', { field });
    }
    const positions = await this.append(commands, reserved as readonly Reserved[]);
    const commandIds = commands.map(({ commandId }) => commandId);
    const token = encodeReadToken({ offsets: nextOffsetsOf(positions.values()), turnIds: commandIds });
    const repeatedCount = reserved.filter((one) => positionOf(one as Reserved) !== undefined).length;
    return { commandIds, token, repeatedCount };
  }

  /** What the log does not have yet, each command once. */
  private async append(
    commands: readonly PreparedCommand[],
    reserved: readonly Reserved[],
  ): Promise<ReadonlyMap<TurnId, TurnPosition>> {
    const positions = new Map<TurnId, TurnPosition>();
    const missing = new Map<TurnId, CommandGiven>();
    commands.forEach((command, i) => {
      const one = reserved[i] as Reserved;
      const known = positionOf(one);
      if (known !== undefined) positions.set(command.commandId, known);
      else if (!missing.has(command.commandId)) {
        missing.set(command.commandId, commandEventOf(command, one.recordedAt));
      }
    });
    if (missing.size === 0) return positions;
    const { log, acceptedTurns, logger } = this.ports;
    const events = [...missing.values()];
    const appended = await log.append(events.map((event) => this.appendOf(event)));
    const marks = events.map(({ commandId, recordedAt }, i) => {
      const { partition = 0, offset = 0 } = appended[i] ?? {};
      positions.set(commandId, { partition, offset });
      return { turnId: commandId, recordedAt, partition, offset };
    });
    // The log has the commands: without its mark a repeat is published again, and applied once.
    await acceptedTurns.mark(marks).catch((error: unknown) => {
      logger.warn('accepted commands could not be marked', { error });
    });
    return positions;
  }

  private appendOf(event: CommandGiven) {
    const { subjectId, commandId: key } = event;
    const partition = partitionOf(subjectId, this.ports.log.partitionCount);
    return { topic: TOPICS.turns.name, partition, key, value: JSON.stringify(event), subjectId };
  }
}

type Reserved = Exclude<ReservedTurn, { state: 'conflict' }>;

function preparedOf(
  wished: WishedCommand,
  { tenant }: TenantAccess,
  { epoch, keys }: { readonly epoch: number; readonly keys: DataKeys },
): PreparedCommand {
  const commandId = commandIdOf(wished);
  const fingerprint = keyedHash(keys.fingerprint, wishedPayloadOf(wished));
  return { wished, commandId, epoch, keys, fingerprint, trust: tenant.policy.trust[wished.sourceClass] };
}

function refuseCount(count: number): void {
  if (count === 0) throw new InvalidInput('there is no command', { field: 'commands', sent: 'nothing' });
  if (count <= COMMANDS_MAX) return;
  const detail = { field: 'commands', limit: `commandsMax=${COMMANDS_MAX}`, sent: String(count) };
  throw new LimitExceeded('these are more commands than the limit', detail);
}

function positionOf(reserved: Reserved): TurnPosition | undefined {
  return reserved.state === 'repeat' ? reserved.position : undefined;
}

function nextOffsetsOf(positions: Iterable<TurnPosition>): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  for (const { partition, offset } of positions) {
    offsets.set(partition, Math.max(offsets.get(partition) ?? 0, offset + 1));
  }
  return offsets;
}
