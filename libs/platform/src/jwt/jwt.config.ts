import { readFileSync } from 'node:fs';
import { InvalidInput } from '@mneme/domain';
import { TenantId } from '@mneme/events';
import { z } from 'zod';
import { type Env, parseEnv } from '../config.js';

/** Of these an issuer pins its own; a shared secret or no signature at all is never one. */
const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const ISSUERS_MAX = 64;
const FILE_BYTES_MAX = 1_048_576;
const claim = z.string().min(1).max(256);

const Claims = z.strictObject({
  tenant: claim.default('mneme_tenant'),
  agent: claim.default('mneme_agent'),
  rights: claim.default('mneme_rights'),
  /** Absent: tokens of this issuer are bound to no user. */
  user: claim.optional(),
  /** Absent, here and in the token: where the tenant has registered the agent. */
  department: claim.optional(),
  teams: claim.optional(),
  minTrust: claim.optional(),
});

const Issuer = z.strictObject({
  issuer: z.string().min(1).max(512),
  audience: z.array(z.string().min(1).max(512)).min(1).max(16),
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1),
  jwks: z.union([
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ url: z.url().refine(isSafeUrl, 'https is expected, or http to the loopback interface') }),
  ]),
  clockToleranceS: z.int().min(0).max(300).default(30),
  /** How old keys may be before they are read again, in the background. */
  refreshMs: z.int().min(100).max(86_400_000).default(300_000),
  /** How long one reading of the keys may take. */
  timeoutMs: z.int().min(50).max(10_000).default(3_000),
  /** How soon a key id that is not there, or a reading that failed, may cause another one. */
  cooldownMs: z.int().min(50).max(3_600_000).default(30_000),
  /** How long keys hold that can no longer be read anew. */
  staleMs: z.int().min(1_000).max(86_400_000).default(3_600_000),
  /** One tenant for all tokens of this issuer, in place of the claim. */
  tenantId: TenantId.optional(),
  claims: Claims.default(() => Claims.parse({})),
});

const IssuersFile = z.strictObject({ issuers: z.array(Issuer).max(ISSUERS_MAX) });

/** Who may sign tokens, how, and which claims say what. */
export type IssuerConfig = z.infer<typeof Issuer>;

export interface JwtConfig {
  readonly issuers: readonly IssuerConfig[];
}

/** Reads the file that `MNEME_JWT_ISSUERS_FILE` names; unset: no tokens. @throws InvalidInput naming what is wrong. */
export function parseJwtConfig(env: Env): JwtConfig {
  const variable = 'MNEME_JWT_ISSUERS_FILE';
  const read = (file: string | undefined) => (file === undefined ? [] : issuersIn(file));
  return parseEnv({ issuers: [variable, read] }, env);
}

/** As the file of issuers has it. @throws InvalidInput. */
export function parseIssuers(value: unknown): readonly IssuerConfig[] {
  const parsed = IssuersFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = (issue?.path ?? []).map(String).join('.');
    throw new InvalidInput(`${field === '' ? 'the whole' : field}: ${issue?.message ?? 'not valid'}`, { field });
  }
  const names = parsed.data.issuers.map(({ issuer }) => issuer);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidInput(`the issuer ${twice} is there twice`, { field: 'issuers' });
  return parsed.data.issuers;
}

function issuersIn(file: string): readonly IssuerConfig[] {
  const text = textOf(file);
  if (text.length > FILE_BYTES_MAX) throw new Error(`${file} is larger than ${FILE_BYTES_MAX} bytes`);
  return parseIssuers(jsonOf(text, file));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read`, { cause });
  }
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(`${file} is not JSON`, { cause });
  }
}

function isSafeUrl(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
