import { unwrapKey, wrapKey } from '@mneme/domain';
import type { KeyVault } from '@mneme/ports';

/** The keys of a data directory: `root.key` and `commitment.key`. */
export interface VaultKeys {
  readonly rootKey: Uint8Array;
  readonly commitmentKey: Uint8Array;
}

/** Holds the keys that a data directory keeps in files. */
export class FileKeyVault implements KeyVault {
  readonly #keys: VaultKeys;

  constructor(keys: VaultKeys) {
    this.#keys = keys;
  }

  async wrap(key: Uint8Array, context: string): Promise<Uint8Array> {
    return wrapKey(this.#keys.rootKey, key, context);
  }

  async unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array> {
    return unwrapKey(this.#keys.rootKey, wrapped, context);
  }

  async commitmentKey(): Promise<Uint8Array> {
    return this.#keys.commitmentKey;
  }
}
