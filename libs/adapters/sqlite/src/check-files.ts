import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { readStoreNames } from './store-names.js';

/** One file of a data directory, and what is wrong with it; absent: nothing. */
export interface FileCheck {
  readonly file: string;
  readonly problem?: string;
}

/** Has the engine look through every page of the files that a start would open. Reads all of them; changes nothing. */
export function checkFiles(path: string): readonly FileCheck[] {
  const directory = resolve(path);
  return ['keys.db', 'log.db', 'session.db', readStoreNames(directory).current].map((file) => {
    const problem = problemOf(join(directory, file));
    return problem === undefined ? { file } : { file, problem };
  });
}

// What the engine says names pages and indices, and no content.
function problemOf(file: string): string | undefined {
  if (!existsSync(file)) return 'it is not there';
  let db: InstanceType<typeof DatabaseSync> | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    const { quick_check: found } = db.prepare('PRAGMA quick_check(1)').get() as { readonly quick_check: string };
    return found === 'ok' ? undefined : 'its pages are damaged';
  } catch {
    return 'it cannot be read as a database';
  } finally {
    db?.close();
  }
}
