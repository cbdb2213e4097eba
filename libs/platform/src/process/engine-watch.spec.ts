import { describe, expect, it } from '@jest/globals';
import { Readiness } from '../health.controller.js';
import { EngineWatch } from './engine-watch.js';

function world() {
  const state = { faults: [] as { engine: string; problem: string }[], isBroken: false };
  const readiness = new Readiness();
  readiness.warnings = () => ['one of before'];
  const told: (boolean | string)[] = [];
  const logger = {
    warn: (message: string, fields: Record<string, unknown> = {}) => void told.push(`${message} ${fields['engine']}`),
    info: (message: string, fields: Record<string, unknown> = {}) => void told.push(`${message} ${fields['engine']}`),
  };
  const watch = new EngineWatch(
    {
      check: async () => {
        if (state.isBroken) throw new Error('no check');
        return state.faults;
      },
      readiness,
      logger: logger as never,
      told: (isReady) => void told.push(isReady),
      back: (engine) => void told.push(`back ${engine}`),
    },
    { needs: ['kafka'], everyMs: 1_000_000, timeoutMs: 1_000 },
  );
  return { state, readiness, told, watch };
}

describe('the engine watch', () => {
  it('makes the process unready while an engine that it needs is away, and ready when it is back', async () => {
    const { state, readiness, told, watch } = world();
    state.faults = [{ engine: 'kafka', problem: 'refused at kafka:9092' }];
    await watch.look();
    expect(readiness.problems()).toEqual(['kafka is away']);
    await watch.look();
    state.faults = [];
    await watch.look();
    expect(readiness.problems()).toEqual([]);
    expect(told).toEqual(['an engine is away kafka', false, false, 'an engine is back kafka', 'back kafka', true]);
  });

  it('goes on without one that it only uses, and says so beside what it said before', async () => {
    const { state, readiness, watch } = world();
    state.faults = [{ engine: 'redis', problem: 'refused' }];
    await watch.look();
    expect(readiness.problems()).toEqual([]);
    expect(readiness.warnings()).toEqual(['one of before', 'redis is away']);
  });

  it('keeps what it knew when a look fails', async () => {
    const { state, readiness, watch } = world();
    state.faults = [{ engine: 'kafka', problem: 'refused' }];
    await watch.look();
    state.isBroken = true;
    await watch.look();
    expect(readiness.problems()).toEqual(['kafka is away']);
  });
});
