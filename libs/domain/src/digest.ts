import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import { Corrupt } from './errors.js';

// The package is CommonJS with a default export inside.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;
const MODULUS = 1n << 256n;

/** Canonical JSON (RFC 8785). @throws Corrupt for what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  const text = canonicalOf(value);
  if (text === undefined) throw new Corrupt('a record has no canonical form');
  return text;
}

/**
 * State digest: per record SHA-256 of its canonical JSON, summed modulo 2^256. The order of records does not matter;
 * one record more, less, twice or altered does.
 */
export class StateDigest {
  private sum = 0n;
  private records = 0;

  add(record: unknown): void {
    const hash = createHash('sha256').update(canonicalJson(record)).digest('hex');
    this.sum = (this.sum + BigInt(`0x${hash}`)) % MODULUS;
    this.records += 1;
  }

  get count(): number {
    return this.records;
  }

  /** 64 hex digits. */
  get hex(): string {
    return this.sum.toString(16).padStart(64, '0');
  }
}

function canonicalOf(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw new Corrupt('a record has no canonical form', { cause });
  }
}
