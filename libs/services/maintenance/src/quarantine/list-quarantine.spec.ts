import { describe, expect, it } from '@jest/globals';
import type { SubjectId, TenantId, TurnQuarantined } from '@mneme/events';
import { dataKeysOf, type Principal, seal } from '@mneme/domain';
import type { EventLog, LogRecord, SubjectTopics } from '@mneme/ports';
import type { AuthGuard, Keyring } from '@mneme/platform';
import { ListQuarantine } from './list-quarantine.js';
import { QuarantineTopic } from './quarantine-topic.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const TENANT = 'acme' as TenantId;
const SUBJECT = 'ab'.repeat(32) as SubjectId;
const ID = '5b0f3c1e-7d2a-5e44-8f6b-0c9d1a2b3e4';

function heldTurn(n: number): TurnQuarantined {
  const shared = { tenantId: TENANT, subjectId: SUBJECT, epoch: 1, turnId: `${ID}${n}`, recordedAt: n + 1 };
  const turn = {
    ...shared,
    type: 'turn-received',
    v: 1,
    sessionKey: 'cd'.repeat(32),
    audience: `u:${SUBJECT}`,
    role: 'tool',
    sourceClass: 'tool',
    trust: 1,
    occurredAt: '2026-01-01T00:00:00.000Z',
  };
  const context = { ...shared, recordId: shared.turnId, version: shared.recordedAt } as never;
  const sealed = seal(KEYS, context, JSON.stringify({ content: `text ${n}`, session: 's' }));
  const held = { ...shared, type: 'turn-quarantined', v: 1, reasons: ['instruction'], turn: { ...turn, sealed } };
  return held as unknown as TurnQuarantined;
}

function listOf(values: readonly string[]) {
  const records = values.map((value, offset) => ({
    topic: 'mneme.quarantine.v1',
    partition: 0,
    offset,
    key: `${ID}${offset}`,
    value,
    appendedAtMs: 0,
  })) as readonly LogRecord[];
  const log = {
    partitionCount: 1,
    read: async ({ offset }: LogRecord, max: number) => records.slice(offset, offset + max),
  } as unknown as EventLog;
  const topics = { keys: async () => records.map(({ key, offset }) => ({ key, offset })) } as unknown as SubjectTopics;
  const keyring = {
    openFresh: async () => new Map([[SUBJECT, { state: 'open', epoch: 1, keys: KEYS }]]),
  } as unknown as Keyring;
  return new ListQuarantine({ log, topic: new QuarantineTopic(log, topics), keyring, guard: {} as AuthGuard });
}

describe('a list of the quarantine', () => {
  it('leaves out what is damaged, counts it, and shows the rest', async () => {
    const values = [JSON.stringify(heldTurn(0)), `{"tenantId":"${TENANT}", damaged`, JSON.stringify(heldTurn(2))];
    const request = { withText: false, withDecided: false };
    const { turns, unreadableCount } = await listOf(values).list({} as Principal, TENANT, request);
    expect(turns.map(({ turnId }) => turnId)).toEqual([`${ID}0`, `${ID}2`]);
    expect(unreadableCount).toBe(1);
  });
});
