import { describe, expect, it } from '@jest/globals';
import {
  type CommandGiven,
  CommandGivenV1,
  type MemoryId,
  type SubjectId,
  type TenantId,
  type TurnId,
} from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY, Unavailable, type WishedCommand } from '@mneme/domain';
import type { AcceptedTurns, EventLog, LogAppend, ReservedTurn, TurnPosition } from '@mneme/ports';
import { AcceptCommands, COMMANDS_MAX } from './accept-commands.js';
import type { Keyring } from './keyring.js';
import type { Logger } from './logger.js';
import { openCommand } from './memory-text.js';
import { decodeReadToken } from './read-token.js';
import { TurnOrder } from './turn-order.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const SUBJECT = '1'.repeat(64) as SubjectId;
const MEMORY = 'c2a7e9d4-1b3f-5a68-9c0d-7e8f6a5b4c3d' as MemoryId;

class ReservedInMemory implements AcceptedTurns {
  readonly rows = new Map<TurnId, { recordedAt: number; fingerprint: string; position?: TurnPosition }>();

  async reserve(turns: Parameters<AcceptedTurns['reserve']>[0]): Promise<readonly ReservedTurn[]> {
    return turns.map(({ turnId, fingerprint, recordedAt }): ReservedTurn => {
      const row = this.rows.get(turnId);
      if (row === undefined) {
        this.rows.set(turnId, { recordedAt, fingerprint });
        return { state: 'reserved', recordedAt };
      }
      if (row.fingerprint !== fingerprint) return { state: 'conflict' };
      return { state: 'repeat', recordedAt: row.recordedAt, ...(row.position ? { position: row.position } : {}) };
    });
  }

  async mark(turns: Parameters<AcceptedTurns['mark']>[0]): Promise<void> {
    for (const { turnId, ...position } of turns) Object.assign(this.rows.get(turnId) ?? {}, { position });
  }

  async highestRecordedAt(): Promise<number> {
    return 5_000_000_000_000_000;
  }

  async expire(): Promise<number> {
    return 0;
  }
}

function opened(state: 'open' | 'fenced' = 'open') {
  const appends: LogAppend[] = [];
  const broken = { log: false };
  const log = {
    partitionCount: 4,
    append: async (all: readonly LogAppend[]) => {
      if (broken.log) throw new Unavailable('the disk is full');
      appends.push(...all);
      return all.map(({ topic, partition }, i) => ({ topic, partition, offset: appends.length - all.length + i }));
    },
    endOffsets: async () => [],
  } as unknown as EventLog;
  const access = state === 'open' ? { state, epoch: 1, keys: KEYS } : { state, epoch: 2 };
  const keyring = {
    tenant: async () => ({ tenant: { policy: DEFAULT_POLICY } }),
    admit: async () => new Map([[SUBJECT, access]]),
  } as unknown as Keyring;
  const logger = { warn: () => undefined } as unknown as Logger;
  const acceptedTurns = new ReservedInMemory();
  const order = new TurnOrder({ acceptedTurns, log, clock: { nowMs: () => 1_000 }, logger });
  return { accept: new AcceptCommands({ keyring, acceptedTurns, log, order, logger }), appends, broken };
}

function wished(idempotencyKey: string, wish: Partial<WishedCommand['wish']> = {}): WishedCommand {
  const target = { memoryId: MEMORY, kind: 'episode' as const, version: 7 };
  return {
    tenantId: 'acme' as TenantId,
    subjectId: SUBJECT,
    sourceClass: 'user',
    idempotencyKey,
    wish: { action: 'confirm', target, ...wish } as WishedCommand['wish'],
  };
}

const eventOf = (append: LogAppend | undefined): CommandGiven => CommandGivenV1.parse(JSON.parse(append?.value ?? ''));

describe('AcceptCommands', () => {
  it('publishes each wish under an instant above all that were given out, and answers with a token for it', async () => {
    const { accept, appends } = opened();
    const { commandIds, token, repeatedCount } = await accept.accept([wished('a'), wished('b')]);
    const events = appends.map(eventOf);
    expect(events.map(({ commandId }) => commandId)).toEqual(commandIds);
    expect(events[0]).toMatchObject({ action: 'confirm', trust: DEFAULT_POLICY.trust.user, target: { version: 7 } });
    expect(events.map(({ recordedAt }) => recordedAt)).toEqual([5_000_000_000_000_001, 5_000_000_000_000_002]);
    expect(decodeReadToken(token)).toEqual({ offsets: new Map([[appends[0]?.partition, 2]]), turnIds: commandIds });
    expect(repeatedCount).toBe(0);
  });

  it('publishes above the version that it saw, though another process gave that out by a clock that is ahead', async () => {
    const { accept, appends } = opened();
    const target = { memoryId: MEMORY, kind: 'episode' as const, version: 6_000_000_000_000_000 };
    await accept.accept([wished('a', { target } as never), wished('b')]);
    const recordedAt = appends.map((append) => eventOf(append).recordedAt);
    expect(recordedAt).toEqual([6_000_000_000_000_001, 6_000_000_000_000_002]);
  });

  it('takes the same wish once, whichever version was seen, and refuses another under its key', async () => {
    const { accept, appends } = opened();
    const first = await accept.accept([wished('a')]);
    const target = { memoryId: MEMORY, kind: 'episode' as const, version: 8 };
    const again = await accept.accept([wished('a', { target } as never)]);
    expect(again).toEqual({ ...first, repeatedCount: 1 });
    expect(appends).toHaveLength(1);
    await expect(accept.accept([wished('b'), wished('a', { action: 'retract' })])).rejects.toMatchObject({
      code: 'conflict',
      detail: { field: 'commands[1].idempotencyKey' },
    });
  });

  it('publishes under the reserved instant what the log did not have', async () => {
    const { accept, appends, broken } = opened();
    broken.log = true;
    await expect(accept.accept([wished('a')])).rejects.toMatchObject({ code: 'unavailable' });
    broken.log = false;
    await accept.accept([wished('b')]);
    await accept.accept([wished('a')]);
    expect(appends.map((append) => eventOf(append).recordedAt)).toEqual([5_000_000_000_000_002, 5_000_000_000_000_001]);
  });

  it('seals what a command says, and leaves nothing of it in the clear', async () => {
    const { accept, appends } = opened();
    await accept.accept([wished('a', { action: 'correct', text: 'a quiet carriage' } as never)]);
    expect(appends[0]?.value).not.toContain('carriage');
    expect(openCommand(KEYS, eventOf(appends[0]))).toEqual({ text: 'a quiet carriage' });
  });

  it('refuses an erased user, no command, and more than the limit', async () => {
    await expect(opened('fenced').accept.accept([wished('a')])).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(opened().accept.accept([])).rejects.toMatchObject({ code: 'invalid-input' });
    const many = Array.from({ length: COMMANDS_MAX + 1 }, (_, i) => wished(String(i)));
    await expect(opened().accept.accept(many)).rejects.toMatchObject({
      detail: { limit: `commandsMax=${COMMANDS_MAX}` },
    });
  });
});
