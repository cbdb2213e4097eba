import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import fc from 'fast-check';
import { recordsAt } from './records-at.js';
import { ScratchLog } from './scratch-log.js';

const PLACE = { topic: TOPICS.memories.name, partition: 0 };

async function aLog(records: number): Promise<ScratchLog> {
  const log = new ScratchLog();
  await log.append(Array.from({ length: records }, (_, at) => ({ ...PLACE, key: `k${at}`, value: `v${at}` })));
  return log;
}

describe('records at offsets', () => {
  it('are read together where they lie close', async () => {
    const log = await aLog(1_000);
    const found = await recordsAt(log, PLACE, [900, 3, 10, 5, 3]);
    expect([3, 5, 10, 900].map((offset) => found.get(offset)?.value)).toEqual(['v3', 'v5', 'v10', 'v900']);
    expect(log.reads).toEqual(['3+8', '900+1']);
  });

  it('are found wherever they are, also when a read gives less than it was asked for', async () => {
    const log = await aLog(700);
    const property = fc.asyncProperty(
      fc.array(fc.nat({ max: 699 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (offsets, atOnce) => {
        const read: typeof log.read = (from, recordsMax) => log.read(from, Math.min(recordsMax, atOnce));
        const found = await recordsAt({ read }, PLACE, offsets);
        for (const offset of offsets) expect(found.get(offset)?.value).toBe(`v${offset}`);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it('are left out where the log has none any more, and not where it says nothing', async () => {
    const log = await aLog(3);
    await log.append([{ ...PLACE, key: 'k1', value: 'again' }]);
    log.compact();
    const found = await recordsAt(log, PLACE, [1]);
    expect(found.has(1)).toBe(false);
    await expect(recordsAt(log, PLACE, [4])).rejects.toMatchObject({ code: 'unavailable' });
  });
});
