import { beforeAll, describe } from '@jest/globals';
import type { FactGraph } from '@mneme/ports';
import { factsInForceContract } from './fact-graph-in-force.contract.js';
import { factReadsContract } from './fact-graph-reads.contract.js';
import { factWritesContract } from './fact-graph-writes.contract.js';

/** What every fact graph must do, on one that other tests may use too. */
export function factGraphContract(make: () => Promise<FactGraph>): void {
  describe('fact graph', () => {
    let graph: FactGraph;
    beforeAll(async () => {
      graph = await make();
    });
    describe('writes', () => factWritesContract(() => graph));
    describe('what is in force', () => factsInForceContract(() => graph));
    describe('reads', () => factReadsContract(() => graph));
  });
}
