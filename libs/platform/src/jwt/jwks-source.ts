import { readFile } from 'node:fs/promises';
import { Unavailable } from '@mneme/domain';
import type { Clock } from '@mneme/ports';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { IssuerConfig } from './jwt.config.js';

const BYTES_MAX = 262_144;
const KEYS_MAX = 100;
/** A reading that failed is tried again at least so soon. */
const RETRY_MS_MAX = 5_000;

export type JwksOptions = Pick<IssuerConfig, 'jwks' | 'refreshMs' | 'timeoutMs' | 'cooldownMs' | 'staleMs'>;

interface Held {
  readonly find: JWTVerifyGetKey;
  readonly readAtMs: number;
}

/**
 * The public keys of one issuer, from a file or a URL. Keys that are there answer at once, and are read anew in the
 * background; only who has none waits, for one reading that all share and that ends in time. A key that the issuer has
 * withdrawn stops holding with the next reading, and at the latest after `staleMs`.
 */
export class JwksSource {
  private held: Held | undefined;
  private reading: Promise<void> | undefined;
  private nextTryAtMs = -Infinity;

  constructor(
    private readonly options: JwksOptions,
    private readonly clock: Clock,
    /** Hears why a reading failed. */
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @throws Unavailable when there are no keys and none can be had now. */
  async keys(): Promise<JWTVerifyGetKey> {
    const ageMs = this.ageMs();
    if (ageMs > this.options.staleMs) await this.readUnlessJustTried();
    else if (ageMs > this.options.refreshMs) void this.readUnlessJustTried();
    if (this.held !== undefined && this.ageMs() <= this.options.staleMs) return this.held.find;
    throw new Unavailable("the keys of this token's issuer cannot be had now", { field: 'authorization' });
  }

  /** For a key id that is not among the keys: reads them again, and says whether it did. */
  async refreshed(): Promise<boolean> {
    const before = this.held;
    await this.readUnlessJustTried();
    return this.held !== before;
  }

  private ageMs(): number {
    return this.held === undefined ? Infinity : this.clock.nowMs() - this.held.readAtMs;
  }

  private readUnlessJustTried(): Promise<void> {
    if (this.reading !== undefined) return this.reading;
    const nowMs = this.clock.nowMs();
    if (nowMs < this.nextTryAtMs) return Promise.resolve();
    this.nextTryAtMs = nowMs + this.options.cooldownMs;
    this.reading = this.read()
      .catch((error: unknown) => {
        this.nextTryAtMs = this.clock.nowMs() + Math.min(RETRY_MS_MAX, this.options.cooldownMs);
        this.onFailure(error);
      })
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }

  private async read(): Promise<void> {
    const { jwks, timeoutMs } = this.options;
    const signal = AbortSignal.timeout(timeoutMs);
    const text =
      'file' in jwks ? await readFile(jwks.file, { encoding: 'utf8', signal }) : await fetched(jwks.url, signal);
    this.held = { find: createLocalJWKSet(keySetOf(text)), readAtMs: this.clock.nowMs() };
  }
}

async function fetched(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the issuer's keys were answered with status ${response.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > BYTES_MAX) throw tooLarge();
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}

function keySetOf(text: string): JSONWebKeySet {
  if (text.length > BYTES_MAX) throw tooLarge();
  const { keys } = JSON.parse(text) as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys)) throw new Error("the issuer's keys are no key set");
  if (keys.length > KEYS_MAX) throw new Error(`the issuer has more than ${KEYS_MAX} keys`);
  return { keys };
}

function tooLarge(): Error {
  return new Error(`the issuer's keys are more than ${BYTES_MAX} bytes`);
}
