import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { SubjectId, TenantId } from '@mneme/events';
import { Corrupt } from './errors.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Subkeys of a subject's data key; they live and die with it. */
export interface DataKeys {
  readonly seal: KeyObject;
  readonly nonce: KeyObject;
  readonly fingerprint: KeyObject;
  readonly input: KeyObject;
  /** Hashes the values of facts, so that equal ones of the subject can be told. */
  readonly value: KeyObject;
  /** Hashes the sentences of recalled memories, so that a turn which repeats them can be told. */
  readonly echo: KeyObject;
}

/** What a ciphertext is bound to: it opens for this record, version, subject and epoch and for nothing else. */
export interface SealContext {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly recordId: string;
  readonly version: number;
}

export function dataKeysOf(dataKey: Uint8Array): DataKeys {
  const derive = (purpose: string) => createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, '', purpose, 32)));
  return {
    seal: createSecretKey(Buffer.from(dataKey)),
    nonce: derive('nonce'),
    fingerprint: derive('fingerprint'),
    input: derive('input'),
    value: derive('value'),
    echo: derive('echo'),
  };
}

/**
 * AES-256-GCM; the nonce is the first 96 bits of HMAC(nonce key, record id ‖ version ‖ text), so the same text sealed
 * twice for the same record gives the same bytes, and a replayed derivation changes nothing.
 */
export function seal(keys: DataKeys, context: SealContext, text: string): string {
  const nonce = createHmac('sha256', keys.nonce)
    .update(`${context.recordId}\0${context.version}\0${text}`)
    .digest()
    .subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.seal, nonce).setAAD(associatedData(context));
  const head = cipher.update(text, 'utf8');
  const tail = cipher.final();
  return Buffer.concat([nonce, head, tail, cipher.getAuthTag()]).toString('base64');
}

/** @throws Corrupt when the bytes were altered, or sealed for another record, version, subject, epoch or key. */
export function unseal(keys: DataKeys, context: SealContext, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Corrupt('a sealed text is shorter than its nonce and tag');
  const decipher = createDecipheriv('aes-256-gcm', keys.seal, bytes.subarray(0, NONCE_BYTES))
    .setAAD(associatedData(context))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new Corrupt('a sealed text does not open under its key and record', { cause });
  }
}

/** HMAC-SHA-256 in hex: of a request's payload for idempotency, of a text for the vector index. Dies with the key. */
export function keyedHash(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function associatedData(context: SealContext): Buffer {
  const { tenantId, subjectId, epoch, recordId, version } = context;
  return Buffer.from(JSON.stringify([tenantId, subjectId, epoch, recordId, version]));
}
