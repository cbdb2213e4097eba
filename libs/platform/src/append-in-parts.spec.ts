import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { LogAppend } from '@mneme/ports';
import { appendInParts } from './append-in-parts.js';

function anAppend(key: string, bytes: number): LogAppend {
  return { topic: TOPICS.memories.name, partition: 0, key, value: 'x'.repeat(bytes - key.length) };
}

async function appended(caused: readonly (readonly LogAppend[])[]): Promise<readonly string[]> {
  const calls: string[] = [];
  const append = async (appends: readonly LogAppend[]) => {
    calls.push(appends.map(({ key }) => key).join(' '));
    return [];
  };
  await appendInParts({ append }, caused, 100);
  return calls;
}

describe('appendInParts', () => {
  it('writes all of a batch at once where that is not too much', async () => {
    expect(await appended([[anAppend('a', 50)], [], [anAppend('b', 25), anAppend('c', 25)]])).toEqual(['a b c']);
    expect(await appended([[], []])).toEqual([]);
  });

  it('never spreads what one record causes', async () => {
    const caused = [
      [anAppend('a', 60)],
      [anAppend('b', 30), anAppend('c', 30)],
      [anAppend('d', 70), anAppend('e', 70)],
    ];
    expect(await appended(caused)).toEqual(['a', 'b c', 'd e']);
  });

  it('writes last what the decisions are known by', async () => {
    const held = { ...anAppend('held', 10), topic: TOPICS.quarantine.name };
    expect(await appended([[anAppend('a', 10)], [held, anAppend('b', 10)]])).toEqual(['held a b']);
  });
});
