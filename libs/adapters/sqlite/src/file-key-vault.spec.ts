import { describe, expect, it } from '@jest/globals';
import { randomKey } from '@mneme/domain';
import { keyVaultContract, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { FileKeyVault } from './file-key-vault.js';
import { openSqlite } from './open-sqlite.js';

removeTemporaryDirectories();
const make = async () => new FileKeyVault({ rootKey: randomKey(), commitmentKey: randomKey() });

keyVaultContract(make, make);

describe('the vault of a data directory', () => {
  it('opens what it wrapped before it was closed', async () => {
    const [directory, key] = [temporaryDirectory(), randomKey()];
    const first = openSqlite(directory);
    const wrapped = await first.keyVault.wrap(key, 'c');
    const commitmentKey = await first.keyVault.commitmentKey();
    await first.close();
    const second = openSqlite(directory);
    expect(Buffer.from(await second.keyVault.unwrap(wrapped, 'c'))).toEqual(key);
    expect(Buffer.from(await second.keyVault.commitmentKey())).toEqual(commitmentKey);
    await second.close();
  });

  it('shows no key when it is printed', async () => {
    const vault = new FileKeyVault({ rootKey: Buffer.alloc(32, 'k'), commitmentKey: Buffer.alloc(32, 'k') });
    expect(JSON.stringify(vault)).toBe('{}');
    expect(Object.keys(vault)).toEqual([]);
  });
});
