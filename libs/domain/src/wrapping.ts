import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Corrupt } from './errors.js';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function randomKey(): Uint8Array {
  return randomBytes(KEY_BYTES);
}

/** Encrypts a key under another, bound to `context` (what the key is for); nonce ‖ ciphertext ‖ tag, 60 bytes. */
export function wrapKey(under: Uint8Array, key: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', under, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Corrupt when the wrapped key was altered, or wrapped under another key or for another context. */
export function unwrapKey(under: Uint8Array, wrapped: Uint8Array, context: string): Uint8Array {
  const bytes = Buffer.from(wrapped);
  if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw new Corrupt('a wrapped key has the wrong length');
  const decipher = createDecipheriv('aes-256-gcm', under, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new Corrupt('a wrapped key does not open under its parent', { cause });
  }
}

/** What is stored of a bearer secret with 256 random bits: SHA-256 in hex. */
export function secretHashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
