import { chmodSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { randomKey } from '@mneme/domain';
import { keyVaultContract, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { FileKeyVault } from './file-key-vault.js';
import { makeKeyFile } from './key-file.js';
import { openFileKeyVault } from './open-file-key-vault.js';

removeTemporaryDirectories();
const make = async () => new FileKeyVault({ rootKey: randomKey(), commitmentKey: randomKey() });

keyVaultContract(make, make);

function keyFiles() {
  const directory = temporaryDirectory();
  const files = { rootKeyFile: join(directory, 'root.key'), commitmentKeyFile: join(directory, 'commitment.key') };
  for (const file of Object.values(files)) makeKeyFile(file);
  return files;
}

describe('the vault on files', () => {
  it('opens in one process what another has wrapped', async () => {
    const [files, key] = [keyFiles(), randomKey()];
    const wrapped = await openFileKeyVault(files).wrap(key, 'c');
    expect(Buffer.from(await openFileKeyVault(files).unwrap(wrapped, 'c'))).toEqual(key);
  });

  it('has no commitment key where it was not given one', async () => {
    const vault = openFileKeyVault({ rootKeyFile: keyFiles().rootKeyFile });
    await expect(vault.commitmentKey()).rejects.toThrow('was not given the commitment key');
  });

  it.each(['rootKeyFile', 'commitmentKeyFile'] as const)('makes no %s, and takes no damaged or open one', (name) => {
    const files = keyFiles();
    chmodSync(files[name], 0o644);
    expect(() => openFileKeyVault(files)).toThrow(expect.objectContaining({ code: 'forbidden' }));
    chmodSync(files[name], 0o600);
    truncateSync(files[name], 16);
    expect(() => openFileKeyVault(files)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    rmSync(files[name]);
    expect(() => openFileKeyVault(files)).toThrow(/is missing/);
  });

  it('shows no key when it is printed', () => {
    const vault = new FileKeyVault({ rootKey: Buffer.alloc(32, 'k'), commitmentKey: Buffer.alloc(32, 'k') });
    expect(JSON.stringify(vault)).toBe('{}');
    expect(Object.keys(vault)).toEqual([]);
  });
});
