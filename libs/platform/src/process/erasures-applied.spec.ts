import { describe, expect, it } from '@jest/globals';
import { ErasureStepTakenV1, TOPICS } from '@mneme/events';
import { Unavailable } from '@mneme/domain';
import { ErasuresApplied } from './erasures-applied.js';

/** `erasures` tells of one that was swept; the journal is as the test says. */
function world() {
  const state = {
    steps: undefined as string[] | undefined,
    applied: [] as number[],
    isAway: false,
    isReady: false,
    ended: 0,
  };
  const value = JSON.stringify(sample);
  const record = { topic: TOPICS.erasures.name, partition: 0, offset: 0, key: 'k', value, appendedAtMs: 0 };
  const log = {
    endOffsets: async () => {
      if (state.isAway) throw new Unavailable('away');
      return [1];
    },
    read: async ({ offset }: { offset: number }) => (offset === 0 ? [record] : []),
  };
  const journal = {
    appliedOffsets: async () => state.applied,
    find: async () => (state.steps === undefined ? undefined : { steps: state.steps.map((step) => ({ step })) }),
  };
  const logger = { warn: () => undefined, error: () => undefined };
  const part = new ErasuresApplied({ journal: journal as never, log, logger }, 1, () => (state.ended += 1));
  return { state, part, start: () => part.start().then(() => void (state.isReady = true)) };
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('what waits for the erasures on record', () => {
  it('is not ready before the journal knows them, and ready then', async () => {
    const { state, start } = world();
    state.steps = ['requested', 'fenced'];
    const started = start();
    await moment();
    expect(state.isReady).toBe(false);
    state.steps = ['requested', 'fenced', 'swept'];
    await started;
    expect(state.isReady).toBe(true);
  });

  it('is ready at once when they were applied before', async () => {
    const { state, start } = world();
    state.applied = [1];
    await start();
    expect(state.isReady).toBe(true);
  });

  it('looks at all of them when what is noted is of another log', async () => {
    const { state, start } = world();
    state.applied = [7];
    state.steps = ['swept'];
    await start();
    expect(state.isReady).toBe(true);
  });

  it('waits for a log that is away, and ends its wait when it is stopped', async () => {
    const { state, part, start } = world();
    state.isAway = true;
    const started = start();
    await moment();
    expect(state.isReady).toBe(false);
    part.stop();
    await expect(started).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends a process whose registry came back older than it was, once that can be told', async () => {
    const { state, part, start } = world();
    state.steps = ['swept'];
    await start();
    await part.lookAgain();
    expect(state.ended).toBe(0);
    state.steps = undefined;
    state.isAway = true;
    const looking = part.lookAgain();
    await moment();
    expect(state.ended).toBe(0);
    state.isAway = false;
    await looking;
    expect(state.ended).toBe(1);
  });

  it('looks no further when the process stops', async () => {
    const { state, part } = world();
    state.isAway = true;
    const looking = part.lookAgain();
    part.stop();
    await looking;
    expect(state.ended).toBe(0);
  });
});

const sample = ErasureStepTakenV1.parse({
  type: 'erasure-step-taken',
  v: 1,
  erasureId: 'f3b8a5c2-6d1e-4f70-9a2b-8c7d6e5f4a3b',
  sequence: 6,
  tenantId: 'acme',
  subjectCommitment: '69f437a80040d4d1b4da790a7d5026d1e9ead972716c7ff418a3afc84cdc13d6',
  epoch: 4,
  step: 'swept',
  takenAt: '2026-06-02T09:15:40.000Z',
  legalBasis: 'GDPR Art. 17(1)(b)',
  requestedBy: 'key-7f3a',
  dueAt: '2026-07-02T09:15:00.000Z',
  counts: [],
});
