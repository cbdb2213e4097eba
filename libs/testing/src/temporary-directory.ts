import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];

/** A fresh directory; removed when the tests of the file are done. Call `removeTemporaryDirectories` once in the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mneme-'));
  made.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  afterAll(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
}
