import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CommitQueue, type Outcome } from './commit-queue.js';

const LIMITS = { groupTurnsMax: 10, waitingTurnsMax: 100 };
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the queue of commits', () => {
  it('commits one group at a time, in order and never over the limit unless a call is alone', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, async (calls) => {
        const groups: number[][] = [];
        let running = 0;
        const queue = new CommitQueue<number, number>(
          async (group) => {
            running += 1;
            expect(running).toBe(1);
            groups.push([...group]);
            await pause();
            running -= 1;
            return group.map((call) => ({ ok: true, answer: call }));
          },
          { ...LIMITS, waitingTurnsMax: 1_000 },
        );
        const answers = await Promise.all(calls.map((turns, i) => queue.submit(i, turns)));
        expect(answers).toEqual(calls.map((_, i) => i));
        expect(groups.flat()).toEqual(answers);
        for (const group of groups.filter(({ length }) => length > 1)) {
          expect(group.reduce((sum, i) => sum + (calls[i] ?? 0), 0)).toBeLessThanOrEqual(LIMITS.groupTurnsMax);
        }
      }),
    );
  });

  it('gives each call its own outcome', async () => {
    const queue = new CommitQueue<number, string>(
      async (group) =>
        group.map((call): Outcome<string> =>
          call === 1 ? { ok: false, error: new Error('one') } : { ok: true, answer: `${call}` },
        ),
      LIMITS,
    );
    const settled = await Promise.allSettled([0, 1, 2].map((call) => queue.submit(call, 1)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails a group when its commit rejects or forgets a call, and goes on with the next', async () => {
    const fates = [Promise.reject(new Error('disk')), Promise.resolve([]), undefined];
    fates[0]?.catch(() => undefined);
    const queue = new CommitQueue<number, number>(
      async (group) => (await fates.shift()) ?? group.map((call) => ({ ok: true, answer: call })),
      LIMITS,
    );
    await expect(queue.submit(1, 1)).rejects.toThrow('disk');
    await expect(queue.submit(2, 1)).rejects.toThrow('without an answer');
    await expect(queue.submit(3, 1)).resolves.toBe(3);
    await queue.idle();
  });

  it('refuses what would make too much wait, and takes it again later', async () => {
    const queue = new CommitQueue<number, number>(
      async (group) => group.map((call) => ({ ok: true, answer: call })),
      LIMITS,
    );
    const first = queue.submit(1, 99);
    const detail = { limit: 'waitingTurnsMax=100', sent: '2 turns' };
    await expect(queue.submit(2, 2)).rejects.toMatchObject({ code: 'unavailable', retry: 'later', detail });
    await first;
    await expect(queue.submit(2, 200)).resolves.toBe(2);
  });
});
