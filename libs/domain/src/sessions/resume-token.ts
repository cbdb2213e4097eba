import { randomBytes } from 'node:crypto';
import type { IndexKeys } from '../index-keys.js';
import { keyedHash } from '../sealing.js';

const BYTES = 32;
const FORM = /^mnr_[A-Za-z0-9_-]{43}$/;

/** Opaque: random, so that it says nothing and cannot be made by anybody else. */
export function newResumeToken(): string {
  return `mnr_${randomBytes(BYTES).toString('base64url')}`;
}

/** What a store holds in its place, under the tenant's key; undefined for what is no token. */
export function resumeHashOf(keys: IndexKeys, token: string): string | undefined {
  return FORM.test(token) ? keyedHash(keys.resume, token) : undefined;
}
