import { describe, expect, it } from '@jest/globals';
import type { CommandGiven, MemoryId, SourceId, TenantId, TurnId, TurnReceived } from '@mneme/events';
import { commandIdOf, memoryIdOf, seal, turnIdOf } from '@mneme/domain';
import fc from 'fast-check';
import { KEYS, OwnersOnAMap, SUBJECT } from './owners-on-a-map.js';

const TENANT = 'acme' as TenantId;
const PLACES = ['Lisbon', 'Porto', 'Turin'];
const TURNS = 3;

type Step =
  | { readonly what: 'turn'; readonly of: number; readonly says: number }
  | { readonly what: 'run'; readonly of: number; readonly succeeds: boolean }
  | {
      readonly what: 'command';
      readonly of: number;
      readonly action: Action;
      readonly on: 'episode' | 'fact';
      readonly seen: number;
    };
type Action = 'retract' | 'retract-turn' | 'correct' | 'confirm' | 'expire';

const anIndex = fc.nat(TURNS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constant('turn' as const), of: anIndex, says: fc.nat(PLACES.length - 1) }),
  fc.record({ what: fc.constant('run' as const), of: anIndex, succeeds: fc.boolean() }),
  fc.record({
    what: fc.constant('command' as const),
    of: anIndex,
    action: fc.constantFrom<Action>('retract', 'retract-turn', 'correct', 'confirm', 'expire'),
    on: fc.constantFrom('episode', 'fact'),
    // Which record before it the giver had seen: often the newest, sometimes an older one.
    seen: fc.nat(3),
  }),
);
const crash = fc.record({
  owner: fc.constantFrom<'filter' | 'extractor'>('filter', 'extractor'),
  records: fc.integer({ min: 1, max: 6 }),
  isKilled: fc.boolean(),
});

describe('what the owners make of turns and commands', () => {
  it('is the same however often they die after publishing and before committing, and however batches are cut', async () => {
    const told = fc.array(fc.tuple(step, fc.array(crash, { maxLength: 3 })), { minLength: 1, maxLength: 14 });
    const property = fc.asyncProperty(told, async (steps) => {
      const [straight, shaken] = [new OwnersOnAMap(), new OwnersOnAMap()];
      const events = eventsOf(steps.map(([one]) => one));
      for (const [i, [one, crashes]] of steps.entries()) {
        await straight.drain();
        // Nobody can name a fact before it has been published.
        if (one.what === 'command' && one.on === 'fact') await shaken.drain();
        const [id, event] = events[i] as (typeof events)[number];
        straight.send(id, event);
        shaken.send(id, event);
        for (const { owner, records, isKilled } of crashes) await shaken.step(owner, records, isKilled);
      }
      await straight.drain();
      await shaken.drain();
      expect(shaken.living()).toEqual(straight.living());
      expect([...shaken.living().keys()].filter((key) => key.startsWith('command/'))).toEqual([]);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('counts each run of a task once', async () => {
    const owners = new OwnersOnAMap();
    const runs: Step[] = [true, true, false, true].map((succeeds, of) => ({ what: 'run', of, succeeds }));
    for (const [id, event] of eventsOf(runs)) owners.send(id, event);
    for (let i = 0; i < 3; i += 1) await owners.step('filter', 4, true);
    await owners.drain();
    const versions = owners.memoriesOf('procedure').map(({ confidence }) => confidence);
    // (successes + 1) / (runs + 2), run by run.
    expect(versions).toEqual([0.667, 0.75, 0.6, 0.667]);
  });
});

/** The records of `turns` that the steps make, in order, each under an instant of its own. */
function eventsOf(steps: readonly Step[]): readonly (readonly [TurnId, object])[] {
  const times: number[] = [];
  return steps.map((one, i) => {
    const recordedAt = 1_780_300_800_000_000 + i * 1_000_000;
    times.push(recordedAt);
    if (one.what !== 'command') {
      const turn = turnOf(one, recordedAt, i);
      return [turn.turnId, turn] as const;
    }
    const command = commandOf(one, { recordedAt, i, seenAt: times[Math.max(0, i - 1 - one.seen)] ?? recordedAt });
    return [command.commandId, command] as const;
  });
}

function turnOf(one: Exclude<Step, { what: 'command' }>, recordedAt: number, i: number): TurnReceived {
  const turnId = turnIdAt(i);
  const shared = { tenantId: TENANT, subjectId: SUBJECT, epoch: 1 };
  const content =
    one.what === 'turn'
      ? { content: `I lives in ${PLACES[one.says] ?? ''}`, session: 's' }
      : {
          content: 'the order was refunded',
          session: 's',
          toolCalls: [{ name: 'refund', arguments: '{}' }],
          task: 'refund an order',
          outcome: one.succeeds ? 'succeeded' : 'failed',
        };
  return {
    type: 'turn-received',
    v: 1,
    ...shared,
    turnId,
    sessionKey: '2'.repeat(64) as TurnReceived['sessionKey'],
    audience: `u:${SUBJECT}` as TurnReceived['audience'],
    role: 'user',
    sourceClass: 'user',
    trust: 0.8,
    occurredAt: new Date(recordedAt / 1_000).toISOString(),
    recordedAt,
    sealed: seal(KEYS, { ...shared, recordId: turnId, version: recordedAt }, JSON.stringify(content)),
  };
}

function commandOf(
  { of, action, on }: Extract<Step, { what: 'command' }>,
  { recordedAt, i, seenAt }: { readonly recordedAt: number; readonly i: number; readonly seenAt: number },
): CommandGiven {
  const shared = { tenantId: TENANT, subjectId: SUBJECT, epoch: 1 };
  const commandId = commandIdOf({ ...shared, idempotencyKey: String(i) });
  const sourceId = turnIdAt(of) as string as SourceId;
  const memoryId: MemoryId = memoryIdOf({ ...shared, sourceId, kind: on, ordinal: 0 });
  const content = { text: `I lives in ${PLACES[i % PLACES.length] ?? ''}`, object: PLACES[i % PLACES.length] };
  const context = { ...shared, recordId: commandId, version: recordedAt };
  return {
    type: 'command-given',
    v: 1,
    ...shared,
    commandId,
    recordedAt,
    action: action === 'retract-turn' ? 'retract' : action,
    sourceClass: 'user',
    trust: 0.9,
    ...(action === 'retract-turn' ? { sourceId } : { target: { memoryId, kind: on, version: seenAt } }),
    ...(action === 'correct' ? { sealed: seal(KEYS, context, JSON.stringify(content)) } : {}),
  };
}

function turnIdAt(i: number): TurnId {
  return turnIdOf({ tenantId: TENANT, subjectId: SUBJECT, session: 's', idempotencyKey: String(i), ordinal: 0 });
}
