import { describe, expect, it } from '@jest/globals';
import type { MemoryVersions } from '@mneme/ports';
import type { Received } from './consumer-runner.js';
import { Redelivery } from './redelivery.js';

const held = new AbortController().signal;

/** Records by offset; each event is its offset, published under the key `k<offset>`. */
function batch(...offsets: readonly number[]): readonly Received<string>[] {
  return offsets.map((offset) => ({ record: { partition: 0, offset }, event: `k${offset}` }) as Received<string>);
}

function aRedelivery(published: readonly string[], recordsMax = 4, end = 1_000_000) {
  const asked: string[] = [];
  const versions: MemoryVersions = {
    living: async () => [],
    published: async (_partition, keys) => (
      asked.push(...keys),
      new Set(keys.filter((key) => published.includes(key)))
    ),
  };
  const redelivery = new Redelivery({ endOffsets: async () => [end] }, versions, recordsMax);
  const among = async (received: readonly Received<string>[], signal = held) => [
    ...(await redelivery.publishedBefore(received, { keysOf: (event) => [event], signal })).keys(),
  ];
  return { among, asked };
}

describe('what was decided in a batch that comes again', () => {
  it('is found behind what left nothing', async () => {
    const { among } = aRedelivery(['k0', 'k2']);
    expect(await among(batch(0, 1, 2))).toEqual(['k0', 'k2']);
  });

  it('is looked for among as many records as a batch may hold, however they come, and no further', async () => {
    const { among, asked } = aRedelivery(['k90', 'k91']);
    expect(await among(batch(0, 10))).toEqual([]);
    // The batch failed, and comes record by record.
    for (const offset of [0, 10]) expect(await among(batch(offset))).toEqual([]);
    expect(await among(batch(20, 90, 91))).toEqual(['k90', 'k91']);
    expect(asked.splice(0)).toHaveLength(7);
    expect(await among(batch(92, 93))).toEqual([]);
    expect(asked).toEqual([]);
    // That one once more, in parts.
    expect(await among(batch(91))).toEqual(['k91']);
  });

  it('is not looked for behind where the topic ended when the partition was taken over', async () => {
    const { among, asked } = aRedelivery(['k0', 'k5'], 100, 2);
    expect(await among(batch(0, 1, 5))).toEqual(['k0']);
    expect(asked).toEqual(['k0', 'k1']);
  });

  it('is found when a batch is tried again in place, however long the partition has been held', async () => {
    const published: string[] = [];
    const { among, asked } = aRedelivery(published, 2);
    await among(batch(0, 1, 2));
    asked.splice(0);
    expect(await among(batch(50, 51))).toEqual([]);
    expect(asked).toEqual([]);
    // Its append was written, and the answer lost.
    published.push('k50');
    expect(await among(batch(50, 51))).toEqual(['k50']);
    expect(await among(batch(51))).toEqual([]);
    expect(await among(batch(52, 53))).toEqual([]);
    expect(asked).not.toContain('k52');
  });

  it('is looked for again when the partition was elsewhere meanwhile', async () => {
    const { among } = aRedelivery(['k7'], 2);
    await among(batch(0, 1, 2));
    expect(await among(batch(7))).toEqual([]);
    expect(await among(batch(7), new AbortController().signal)).toEqual(['k7']);
  });

  it('is asked for in pages', async () => {
    const { among, asked } = aRedelivery(['k1500'], 5_000);
    expect(await among(batch(...Array(2_500).keys()))).toEqual(['k1500']);
    expect(asked).toHaveLength(2_500);
  });
});
