import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

describe('group commit', () => {
  /** Writes numbers; refuses every group that has a negative one. */
  const make = (limits: Partial<ConstructorParameters<typeof GroupCommit>[1]> = {}) => {
    const groups: (readonly number[])[] = [];
    const write = (calls: readonly number[]) => {
      if (calls.some((call) => call < 0)) throw new Error('refused');
      groups.push(calls);
      return calls.map((call) => call * 2);
    };
    const all = { recordsMax: 100, bytesMax: 1_000, waitingBytesMax: 10_000, ...limits };
    return { groups, commit: new GroupCommit<number, number>(write, all) };
  };
  const SMALL = { records: 1, bytes: 10 };

  it('writes the calls of one turn together, in their order, and gives each its answer', async () => {
    const { groups, commit } = make();
    expect(await Promise.all([3, 1, 2].map((call) => commit.submit(call, SMALL)))).toEqual([6, 2, 4]);
    expect(groups).toEqual([[3, 1, 2]]);
    expect(await commit.submit(5, SMALL)).toBe(10);
    expect(groups).toHaveLength(2);
  });

  it('ends a group at its records or bytes, and splits no call', async () => {
    const byRecords = make({ recordsMax: 2 });
    await Promise.all([1, 2, 3].map((call) => byRecords.commit.submit(call, SMALL)));
    expect(byRecords.groups).toEqual([[1, 2], [3]]);
    const byBytes = make({ bytesMax: 25 });
    await Promise.all(
      [1, 2, 3].map((call) => byBytes.commit.submit(call, { records: 1, bytes: call === 2 ? 99 : 10 })),
    );
    expect(byBytes.groups).toEqual([[1], [2], [3]]);
  });

  it('refuses only the call that cannot be written', async () => {
    const { groups, commit } = make();
    const results = await Promise.allSettled([1, -1, 2].map((call) => commit.submit(call, SMALL)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([[1], [2]]);
  });

  it('refuses a call when too much waits, but never the first', async () => {
    const { commit } = make({ waitingBytesMax: 25 });
    const first = commit.submit(1, { records: 1, bytes: 1_000 });
    await expect(commit.submit(2, SMALL)).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    expect(await first).toBe(2);
    expect(await commit.submit(3, SMALL)).toBe(6);
  });

  it('writes what waits when it is closed, and refuses what comes later', async () => {
    const { groups, commit } = make({ recordsMax: 1 });
    const waiting = [1, 2].map((call) => commit.submit(call, SMALL));
    commit.close();
    expect(groups).toEqual([[1], [2]]);
    expect(await Promise.all(waiting)).toEqual([2, 4]);
    await expect(commit.submit(3, SMALL)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
