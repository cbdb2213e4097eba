/** Holds the root key and never gives it out. */
export interface KeyVault {
  /** Encrypts 32 bytes, bound to `context`. */
  wrap(key: Uint8Array, context: string): Promise<Uint8Array>;
  /** @throws Corrupt when it was wrapped under another root key or for another context. */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>;
  /** Key of the commitments on `erasures`; kept outside of the backup set. */
  commitmentKey(): Promise<Uint8Array>;
}
