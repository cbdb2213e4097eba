import { describe, expect, it } from '@jest/globals';
import { Lifecycle } from './lifecycle.js';
import { Logger } from './logger.js';

function rig(failing: string[] = []) {
  const said: string[] = [];
  const act = (verb: string, name: string) => async () => {
    said.push(`${verb} ${name}`);
    if (failing.includes(`${verb} ${name}`)) throw new Error(name);
  };
  const part = (name: string) => ({ name, start: act('start', name), stop: act('stop', name) });
  return { said, parts: ['a', 'b', 'c'].map(part), lifecycle: new Lifecycle(new Logger('silent'), 1_000) };
}

describe('the life of a process', () => {
  it('starts parts in order and stops them backwards, once', async () => {
    const { said, parts, lifecycle } = rig();
    await lifecycle.start(parts);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(said).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('stops what had started when a part does not start', async () => {
    const { said, parts, lifecycle } = rig(['start b']);
    await expect(lifecycle.start(parts)).rejects.toThrow('b');
    expect(said).toEqual(['start a', 'start b', 'stop a']);
  });

  it('stops the others when one does not stop cleanly', async () => {
    const { said, parts, lifecycle } = rig(['stop c']);
    await lifecycle.start(parts);
    await lifecycle.stop();
    expect(said.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });
});
