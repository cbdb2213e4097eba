import { afterAll, describe } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from './temporary-directory.js';

const PLACES = [
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
] as const;

/**
 * Runs suites over an engine in memory, and again over one on a file. Each call of `open` gives them a fresh one, which is
 * closed after them.
 */
export function inMemoryAndOnFile<T extends { close(): Promise<void> }>(
  open: (where: string) => T,
  suites: (open: () => T) => void,
): void {
  removeTemporaryDirectories();
  describe.each(PLACES)('%s', (_, where) => {
    const opened: T[] = [];
    afterAll(() => Promise.all(opened.map((engine) => engine.close())));
    suites(() => {
      const engine = open(where());
      opened.push(engine);
      return engine;
    });
  });
}
