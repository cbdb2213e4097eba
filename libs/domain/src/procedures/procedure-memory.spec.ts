import { describe, expect, it } from '@jest/globals';
import type { CommandGiven, TurnContent, TurnReceived } from '@mneme/events';
import fc from 'fast-check';
import { DEFAULT_POLICY } from '../policy.js';
import { dataKeysOf } from '../sealing.js';
import {
  type ProcedureCause,
  procedureIdOf,
  procedureRunIn,
  procedureToldBy,
  procedureVersionOf,
  RUNS_NAMED_MAX,
} from './procedure-memory.js';
import { runConfidenceOf } from './run-confidence.js';

const keys = dataKeysOf(Buffer.alloc(32, 7));
const policy = DEFAULT_POLICY;
const SUBJECT = '1'.repeat(64);
const SHARED = { tenantId: 'acme', subjectId: SUBJECT, epoch: 1, sourceClass: 'agent', trust: 0.7, agentId: 'bot' };
const CALLS = [
  { name: 'find_order', arguments: '{"id":7}' },
  { name: 'refund', arguments: '{}' },
];

function run(at: number, given: Partial<TurnContent> = {}, turn: object = {}): ProcedureCause | undefined {
  const event = {
    ...SHARED,
    turnId: `run-${at}`,
    audience: 'a:bot',
    recordedAt: at * 1_000,
    occurredAt: '2026-05-01T00:00:00.000Z',
    ...turn,
  } as unknown as TurnReceived;
  const content = {
    content: 'the money is back',
    session: 's',
    toolCalls: CALLS,
    task: 'Refund an order',
    outcome: 'succeeded',
  };
  return procedureRunIn(event, { ...content, ...given } as TurnContent);
}

function after(causes: readonly (ProcedureCause | undefined)[]) {
  let before: Parameters<typeof procedureVersionOf>[1]['before'];
  let last: ReturnType<typeof procedureVersionOf> | undefined;
  for (const cause of causes) {
    const { content, ...memory } = (last = procedureVersionOf(cause as ProcedureCause, { keys, before, policy }));
    before = { memory: { ...memory, sealed: 'sealed' }, content };
  }
  return last as ReturnType<typeof procedureVersionOf>;
}

describe('a procedure', () => {
  it('says task, steps with their tools, outcome and runs', () => {
    const { content, kind, flags, audience, derivedFrom } = after([run(1)]);
    expect(content.text.split('\n')).toEqual([
      'Task: Refund an order',
      '1. find_order {"id":7}',
      '2. refund {}',
      'Outcome: the money is back',
      'Runs: 1 succeeded, 0 failed',
    ]);
    expect({ kind, flags, audience, derivedFrom }).toEqual({
      kind: 'procedure',
      flags: ['procedure'],
      audience: 'a:bot',
      derivedFrom: ['run-1'],
    });
  });

  it('is one for each task, sequence of tools and audience', () => {
    const id = (cause: ProcedureCause | undefined) => procedureIdOf(cause as ProcedureCause, keys).memoryId;
    const same = id(run(1));
    expect(id(run(2, { task: ' refund  an ORDER ', content: 'other words' }))).toBe(same);
    expect(id(run(1, { toolCalls: [...CALLS].reverse() }))).not.toBe(same);
    expect(id(run(1, { task: 'Cancel an order' }))).not.toBe(same);
    expect(id(run(1, {}, { audience: 'o' }))).not.toBe(same);
    expect(id(run(1, {}, { departmentId: 'sales' }))).not.toBe(same);
  });

  it('comes of no run without a task, an outcome or a call', () => {
    for (const lack of [{ task: undefined }, { outcome: undefined }, { toolCalls: [] }]) {
      expect(run(1, lack as Partial<TurnContent>)).toBeUndefined();
    }
  });

  it('keeps the steps of the last success when a run fails', () => {
    const failing = run(2, {
      outcome: 'failed',
      content: 'it broke',
      toolCalls: [{ ...CALLS[0]!, arguments: '{"id":8}' }, CALLS[1]!],
    });
    const { content, confidence } = after([run(1), failing]);
    expect(content.procedure).toMatchObject({ outcome: 'the money is back', succeeded: 1, failed: 1 });
    expect(content.text).toContain('{"id":7}');
    expect(confidence).toBe(0.5);
  });

  it('that was told begins with the word of who told it, and runs move it from there', () => {
    const command = {
      ...SHARED,
      commandId: 'c',
      recordedAt: 1_000,
      sourceClass: 'user',
      trust: 0.9,
      place: { audience: 'a:bot' },
    };
    const steps = CALLS.map((call) => ({ tool: call.name, arguments: call.arguments }));
    const told = { task: 'Refund an order', steps, outcome: 'refunded' };
    const cause = procedureToldBy(command as unknown as CommandGiven, told, policy);
    expect(after([cause]).confidence).toBe(policy.confidence.user);
    expect(after([cause, run(2, { outcome: 'failed' })]).confidence).toBe(0.6);
    expect(() => procedureToldBy(command as unknown as CommandGiven, undefined, policy)).toThrow('half a procedure');
  });

  it('has a version behind the one before, also when a run was held and is older', () => {
    const { version, recordedAt, content } = after([run(5), run(2)]);
    expect({ version, recordedAt }).toEqual({ version: 5_001, recordedAt: 2_000 });
    expect(content.procedure?.succeeded).toBe(2);
  });

  it('stays critical through its next runs', () => {
    const { content, ...memory } = after([run(1)]);
    const before = { memory: { ...memory, sealed: 'sealed', importance: 'critical' as const }, content };
    expect(procedureVersionOf(run(2) as ProcedureCause, { keys, before, policy }).importance).toBe('critical');
  });

  it('names its last runs, and trusts no more than the least of them', () => {
    const many = Array.from({ length: RUNS_NAMED_MAX + 3 }, (_, at) => run(at + 1, {}, at === 1 ? { trust: 0.2 } : {}));
    const { derivedFrom, trust, content } = after(many);
    expect(derivedFrom).toHaveLength(RUNS_NAMED_MAX);
    expect(derivedFrom.at(-1)).toBe(`run-${RUNS_NAMED_MAX + 3}`);
    expect(trust).toBe(0.2);
    expect(content.procedure?.succeeded).toBe(RUNS_NAMED_MAX + 3);
  });
});

describe('the confidence of runs', () => {
  it("is Laplace's rule of succession when nobody vouched", () => {
    expect(runConfidenceOf({ succeeded: 0, failed: 0, prior: 0.5 })).toBe(0.5);
    expect(runConfidenceOf({ succeeded: 3, failed: 1, prior: 0.5 })).toBe(0.667);
  });

  it('is a share, rises with a success and falls with a failure', () => {
    const count = fc.nat(200);
    const property = fc.property(
      count,
      count,
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (succeeded, failed, prior) => {
        const now = runConfidenceOf({ succeeded, failed, prior });
        expect(now).toBeGreaterThanOrEqual(0);
        expect(now).toBeLessThanOrEqual(1);
        expect(runConfidenceOf({ succeeded: succeeded + 1, failed, prior })).toBeGreaterThanOrEqual(now);
        expect(runConfidenceOf({ succeeded, failed: failed + 1, prior })).toBeLessThanOrEqual(now);
      },
    );
    fc.assert(property);
  });
});
