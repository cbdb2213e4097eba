import { resolve } from 'node:path';
import { FileKeyVault } from './file-key-vault.js';
import { findKeyFile } from './key-file.js';

export interface FileKeyVaultOptions {
  readonly rootKeyFile: string;
  /** Absent: the vault has no commitment key, and says so when it is asked for it. */
  readonly commitmentKeyFile?: string | undefined;
}

/**
 * The vault on files that exist: whoever deploys makes them once, and gives the same ones to every process.
 * @throws Corrupt when one is missing or damaged; Forbidden when others may read it.
 */
export function openFileKeyVault({ rootKeyFile, commitmentKeyFile }: FileKeyVaultOptions): FileKeyVault {
  return new FileKeyVault({
    rootKey: findKeyFile(resolve(rootKeyFile)),
    commitmentKey: commitmentKeyFile === undefined ? undefined : findKeyFile(resolve(commitmentKeyFile)),
  });
}
