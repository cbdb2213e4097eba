import { describe, expect, it } from '@jest/globals';
import { eventually } from '@mneme/testing';
import { KeysFollower } from './keys-follower.js';

describe('follower of the keys', () => {
  it('goes round what is behind, and on after what failed', async () => {
    const done: number[] = [];
    let rounds = 0;
    const follower = new KeysFollower(
      {
        behind: async () => {
          rounds += 1;
          if (rounds === 1) throw new Error('not yet');
          return [3, rounds];
        },
        catchUp: async (partition) => {
          if (rounds === 2) throw new Error('still not');
          done.push(partition);
        },
      },
      1,
    );
    await eventually('a round is done', () => done.length >= 4);
    await follower.stop();
    expect(done.slice(0, 4)).toEqual([3, 3, 3, 4]);
  });

  it('stops after the partition in hand', async () => {
    const begun: number[] = [];
    let finish: () => void = () => undefined;
    const follower = new KeysFollower(
      {
        behind: async () => [1, 2],
        catchUp: (partition) => {
          begun.push(partition);
          return new Promise((resolve) => (finish = resolve));
        },
      },
      1,
    );
    await eventually('a partition is in hand', () => begun.length > 0);
    const stopped = follower.stop();
    finish();
    await stopped;
    expect(begun).toEqual([1]);
  });
});
