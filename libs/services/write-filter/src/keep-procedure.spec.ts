import { describe, expect, it } from '@jest/globals';
import type { MemoryDerived, TurnContent, TurnReceived } from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY, procedureRunIn } from '@mneme/domain';
import { MemoryDraft, openMemory } from '@mneme/platform';
import { keepProcedure } from './keep-procedure.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const RUN: TurnContent = {
  content: 'The order was found and refunded.',
  session: 's',
  task: 'refund an order',
  outcome: 'succeeded',
  toolCalls: [{ name: 'find_order', arguments: '{}' }],
} as unknown as TurnContent;

function aTurn(turnId: string, recordedAt: number): TurnReceived {
  const subjectId = '1'.repeat(64);
  const named = { type: 'turn-received', v: 1, tenantId: 'acme', subjectId, epoch: 1, turnId, recordedAt };
  const said = { sessionKey: '2'.repeat(64), audience: `u:${subjectId}`, role: 'assistant', sourceClass: 'agent' };
  return { ...named, ...said, trust: 0.8, occurredAt: '2023-05-08T13:56:00.000Z' } as unknown as TurnReceived;
}

describe('keepProcedure', () => {
  it('counts a run once, also when the log has its turn twice', async () => {
    const draft = new MemoryDraft({ living: async () => [], published: async () => new Set() }, 0);
    const [first, second] = [
      aTurn('d41cd589-668f-55b9-91dd-cfb38a7e2ab6', 1_780_300_800_000_000),
      aTurn('d41cd589-668f-55b9-91dd-cfb38a7e2ab7', 1_780_300_800_000_001),
    ];
    for (const turn of [first, second, first]) {
      await keepProcedure(procedureRunIn(turn, RUN)!, { keys: KEYS, policy: DEFAULT_POLICY, draft });
    }
    const versions = draft.appends.map(({ value }) => JSON.parse(value ?? '') as MemoryDerived);
    expect(versions.map(({ derivedFrom }) => derivedFrom)).toEqual([[first.turnId], [first.turnId, second.turnId]]);
    expect(openMemory(KEYS, versions[1]!).procedure).toMatchObject({ succeeded: 2, failed: 0 });
  });
});
