import { Unavailable, unwrapKey, wrapKey } from '@mneme/domain';
import type { KeyVault } from '@mneme/ports';

/** The keys of a deployment, as they stand in `root.key` and `commitment.key`. */
export interface VaultKeys {
  readonly rootKey: Uint8Array;
  /** Absent in a process that writes no commitments: it is not given the key of them. */
  readonly commitmentKey?: Uint8Array | undefined;
}

/** Holds keys that are kept in files. */
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
    const { commitmentKey } = this.#keys;
    if (commitmentKey === undefined) throw new Unavailable('this process was not given the commitment key');
    return commitmentKey;
  }
}
