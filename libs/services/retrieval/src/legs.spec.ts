import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runLeg, withinDeadline } from './legs.js';

const options = { name: 'dense', timeoutMs: 20, countOf: (found: readonly number[]) => found.length } as const;

describe('runLeg', () => {
  it('tells what was found and how many', async () => {
    const { leg, found } = await runLeg(options, async () => [1, 2]);
    expect(leg).toMatchObject({ name: 'dense', state: 'answered', found: 2 });
    expect(found).toEqual([1, 2]);
  });

  it('does not wait for a leg that is late, and tells it to stop', async () => {
    let stopped = false;
    const { leg, found } = await runLeg(options, async (signal) => {
      signal.addEventListener('abort', () => (stopped = true));
      await sleep(60_000, undefined, { ref: false });
      return [1];
    });
    expect(leg).toMatchObject({ state: 'timed-out', found: 0 });
    expect([found, stopped]).toEqual([undefined, true]);
  });

  it.each([
    ['rejects', async () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
  ])('names a leg that %s as failed', async (_, search) => {
    expect((await runLeg(options, search)).leg).toMatchObject({ state: 'failed', found: 0 });
  });
});

describe('withinDeadline', () => {
  it('keeps an error for who wants it, and hears nothing of one that comes too late', async () => {
    const error = new Error('away');
    expect(await withinDeadline(20, () => Promise.reject(error))).toEqual({ state: 'failed', error });
    const late = () => sleep(40).then(() => Promise.reject(error));
    expect(await withinDeadline(1, late)).toEqual({ state: 'timed-out' });
    await sleep(60);
  });
});
