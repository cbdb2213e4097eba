import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '@mneme/domain';
import { BEN, ConsumerWorld, records } from './consumer-world.js';

describe('the consumer runner and the fence', () => {
  let world: ConsumerWorld;
  beforeEach(async () => {
    world = new ConsumerWorld();
    await world.start();
  });

  it('looks at the fence again after the ack, and takes back what was fenced meanwhile before it finishes', async () => {
    world.onHandle = () => world.fenced.add(BEN);
    await world.give(records({ text: 'a' }, { text: 'b', subjectId: BEN }));
    expect(world.happened).toEqual(['handle a,b', 'undo b', 'finish', 'commit 12']);
    expect([...world.store]).toEqual(['a']);
  });

  it('tries again without those who were fenced meanwhile, and takes back what of theirs an attempt may have written', async () => {
    world.onHandle = (_texts, attempt) => {
      if (attempt > 1) return;
      world.fenced.add(BEN);
      throw new Unavailable('away');
    };
    await world.give(records({ text: 'a' }, { text: 'b', subjectId: BEN }));
    expect(world.happened).toEqual(['retry unavailable', 'handle a', 'undo b', 'finish', 'commit 12']);
  });

  it('takes back what it wrote for a subject that was fenced meanwhile though the partition is no longer its own', async () => {
    const abort = new AbortController();
    world.onHandle = () => {
      world.fenced.add(BEN);
      abort.abort();
    };
    await world.give(records({ text: 'a' }, { text: 'b', subjectId: BEN }), abort.signal);
    expect(world.happened.filter((what) => !what.startsWith('retry'))).toEqual(['handle a,b', 'undo b']);
    expect([...world.store]).toEqual(['a']);
    expect([world.ends, world.broken]).toEqual([[], undefined]);
  });
});
