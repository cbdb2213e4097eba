import { beforeAll, describe } from '@jest/globals';
import type { Catalogue } from '@mneme/ports';
import { catalogueListContract } from './catalogue-list.contract.js';
import { catalogueRowsContract } from './catalogue-rows.contract.js';
import { watermarksContract } from './catalogue-watermarks.contract.js';

/** What every catalogue must do, on one that other tests may use too. */
export function catalogueContract(make: () => Promise<Catalogue>): void {
  describe('catalogue', () => {
    let catalogue: Catalogue;
    beforeAll(async () => {
      catalogue = await make();
    });
    describe('rows', () => catalogueRowsContract(() => catalogue));
    describe('list', () => catalogueListContract(() => catalogue));
    describe('watermarks', () => watermarksContract(() => catalogue));
  });
}
