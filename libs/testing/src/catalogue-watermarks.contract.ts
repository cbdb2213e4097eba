import { randomInt } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Catalogue, ProjectionName } from '@mneme/ports';
import { randomTurnId } from './builders.js';

export function watermarksContract(catalogue: () => Catalogue): void {
  const offsetOf = async (projection: ProjectionName, partition: number) =>
    (await catalogue().watermarks(projection)).find((mark) => mark.partition === partition)?.turnsOffset;

  it('keeps how far each projection has come in each partition, and never moves back', async () => {
    const partition = randomInt(1_000_000, 2_000_000);
    expect(await offsetOf('catalogue', partition)).toBeUndefined();
    for (const turnsOffset of [5, 9, 7]) {
      await catalogue().noteWatermark('catalogue', { partition, turnsOffset }, []);
    }
    await catalogue().noteWatermark('catalogue', { partition: partition + 1, turnsOffset: 0 }, []);
    expect(await offsetOf('catalogue', partition)).toBe(9);
    expect(await offsetOf('catalogue', partition + 1)).toBe(0);
    expect(await offsetOf('vector-index', partition)).toBeUndefined();
  });

  it('remembers which turns failed', async () => {
    const partition = randomInt(1_000_000, 2_000_000);
    const [one, two, fine] = [randomTurnId(), randomTurnId(), randomTurnId()];
    await catalogue().noteWatermark('catalogue', { partition, turnsOffset: 1 }, [one, two]);
    await catalogue().noteWatermark('vector-index', { partition, turnsOffset: 1 }, [one]);
    expect([...(await catalogue().failedTurns([fine, two, one]))].sort()).toEqual([one, two].sort());
    expect(await catalogue().failedTurns([fine])).toEqual([]);
    expect(await catalogue().failedTurns([])).toEqual([]);
  });

  it('remembers a failure also where the watermark is already further', async () => {
    const partition = randomInt(1_000_000, 2_000_000);
    const failed = randomTurnId();
    await catalogue().noteWatermark('catalogue', { partition, turnsOffset: 9 }, []);
    await catalogue().noteWatermark('catalogue', { partition, turnsOffset: 3 }, [failed]);
    expect(await catalogue().failedTurns([failed])).toEqual([failed]);
  });
}
