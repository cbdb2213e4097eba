import { describe, expect, it } from '@jest/globals';
import { randomKey } from '@mneme/domain';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

removeTemporaryDirectories();

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
});
