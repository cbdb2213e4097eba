import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { IsolationCheck } from './isolation-checks.js';

/** One change to the source of an adapter: what is taken out, and what stands there then. */
export interface SourceEdit {
  /** From the source's folder. */
  readonly file: string;
  readonly find: string;
  readonly replaceBy: string;
  /** It must stand there once and no more; else once at least. */
  readonly isOnce?: boolean;
}

/** Copies of an adapter's source with walls taken out of it, beside the adapter so that what it imports is found. */
export class MutatedCopies {
  private readonly made: string[] = [];

  /** `source`: the adapter's `src`. */
  constructor(private readonly source: string) {}

  /** Answers the folder of a copy without its specs; fails when an edit finds nothing to change. */
  make(edits: readonly SourceEdit[] = []): string {
    const copies = join(this.source, '..', 'coverage');
    mkdirSync(copies, { recursive: true });
    const directory = mkdtempSync(join(copies, 'mutant-'));
    this.made.push(directory);
    cpSync(this.source, directory, { recursive: true, filter: (file) => !file.endsWith('.spec.ts') });
    for (const { file, find, replaceBy, isOnce = false } of edits) {
      const parts = readFileSync(join(directory, file), 'utf8').split(find);
      expect({ file, find, found: parts.length > 1 }).toEqual({ file, find, found: true });
      if (isOnce) expect(parts).toHaveLength(2);
      writeFileSync(join(directory, file), parts.join(replaceBy));
    }
    return directory;
  }

  remove(): void {
    for (const directory of this.made.splice(0)) rmSync(directory, { recursive: true, force: true });
  }
}

/** Whether a wall is down. A copy that does not run at all proves nothing: only a failed expectation counts. */
export async function failsByAnExpectation(
  check: IsolationCheck,
  stores: Parameters<IsolationCheck['run']>[0],
): Promise<boolean> {
  try {
    await check.run(stores);
    return false;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'matcherResult' in error) return true;
    throw error;
  }
}
