import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomKey } from '@mneme/domain';
import type { KeyVault } from '@mneme/ports';

/** What every key vault must do; `makeOther` has another root key. */
export function keyVaultContract(make: () => Promise<KeyVault>, makeOther: () => Promise<KeyVault>): void {
  describe('key vault', () => {
    let vault: KeyVault;
    beforeAll(async () => {
      vault = await make();
    });

    it('unwraps what it wrapped, and does not show it', async () => {
      const key = randomKey();
      const wrapped = await vault.wrap(key, 'tenant/a');
      expect(Buffer.from(await vault.unwrap(wrapped, 'tenant/a'))).toEqual(key);
      expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
    });

    it('wraps the same key into other bytes each time', async () => {
      const key = randomKey();
      const [one, other] = [await vault.wrap(key, 'c'), await vault.wrap(key, 'c')];
      expect(Buffer.from(one)).not.toEqual(Buffer.from(other));
    });

    it('opens for no other context', async () => {
      const wrapped = await vault.wrap(randomKey(), 'tenant/a');
      await expect(vault.unwrap(wrapped, 'tenant/b')).rejects.toMatchObject({ code: 'corrupt', retry: 'never' });
    });

    it('opens no altered or cut bytes', async () => {
      const wrapped = Buffer.from(await vault.wrap(randomKey(), 'c'));
      const altered = Buffer.from(wrapped);
      altered[20] = (altered[20] as number) ^ 1;
      await expect(vault.unwrap(altered, 'c')).rejects.toMatchObject({ code: 'corrupt' });
      await expect(vault.unwrap(wrapped.subarray(1), 'c')).rejects.toMatchObject({ code: 'corrupt' });
    });

    it('opens nothing of another root key', async () => {
      const other = await makeOther();
      const wrapped = await other.wrap(randomKey(), 'c');
      await expect(vault.unwrap(wrapped, 'c')).rejects.toMatchObject({ code: 'corrupt' });
      expect(Buffer.from(await other.commitmentKey())).not.toEqual(Buffer.from(await vault.commitmentKey()));
    });

    it('has one commitment key of 32 bytes', async () => {
      const key = Buffer.from(await vault.commitmentKey());
      expect(key).toHaveLength(32);
      expect(Buffer.from(await vault.commitmentKey())).toEqual(key);
    });
  });
}
