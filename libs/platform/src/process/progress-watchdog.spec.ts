import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { ProgressWatchdog, type Standing } from './progress-watchdog.js';

const topic = TOPICS.turns.name;
const QUIET_MS_MAX = 50;

/** A consumer that holds partition 1 of two, and how the log stands. */
function world(standing: Partial<Standing> = {}) {
  const state = { ends: [9, 5], committed: [0, 5], isAway: false, ended: 0 };
  const stands = { group: 'g', topic, partitions: [1], quietMs: 1_000_000, isBusy: false, ...standing };
  const log = {
    endOffsets: async () => {
      if (state.isAway) throw new Error('away');
      return state.ends;
    },
    committedOffsets: async () => state.committed,
  };
  const logger = { error: () => undefined, warn: () => undefined };
  const watchdog = new ProgressWatchdog(
    { log, logger, standings: () => [stands] },
    { everyMs: 1_000_000, quietMsMax: QUIET_MS_MAX },
    () => void (state.ended += 1),
  );
  const later = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS_MAX + 10));
  return { state, stands: stands as { -readonly [K in keyof Standing]: Standing[K] }, watchdog, later };
}

describe('the progress watchdog', () => {
  it('leaves a consumer alone that has nothing to do, whatever others of its group have', async () => {
    const { watchdog, later, state } = world();
    await watchdog.look();
    await later();
    await watchdog.look();
    expect(state.ended).toBe(0);
  });

  it('ends a process that has had something to do for too long, and not one that has just been given it', async () => {
    const { watchdog, later, state } = world();
    state.ends = [9, 6];
    await watchdog.look();
    expect(state.ended).toBe(0);
    await later();
    await watchdog.look();
    expect(state.ended).toBe(1);
  });

  it('begins anew when the consumer has moved meanwhile', async () => {
    const { watchdog, later, state, stands } = world();
    state.ends = [9, 6];
    await watchdog.look();
    await later();
    stands.quietMs = 1;
    await watchdog.look();
    stands.quietMs = 1_000_000;
    await watchdog.look();
    expect(state.ended).toBe(0);
  });

  it('ends a process whose handler hangs, and not one that tries again', async () => {
    const tries = world({ isBusy: true, quietMs: QUIET_MS_MAX - 1 });
    await tries.watchdog.look();
    expect(tries.state.ended).toBe(0);
    const hangs = world({ isBusy: true, quietMs: QUIET_MS_MAX });
    await hangs.watchdog.look();
    expect(hangs.state.ended).toBe(1);
  });

  it('ends nothing while the log is away: nobody could move', async () => {
    const { watchdog, later, state } = world();
    state.ends = [9, 6];
    await watchdog.look();
    state.isAway = true;
    await later();
    await watchdog.look();
    expect(state.ended).toBe(0);
  });
});
