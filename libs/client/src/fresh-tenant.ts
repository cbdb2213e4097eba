import { randomBytes } from 'node:crypto';
import { Corrupt } from '@mneme/domain';
import { connect, type Connection } from './connect.js';

export interface FreshTenantOptions {
  /** The tenant is called `<prefix>-<random>`. */
  readonly prefix: string;
  readonly purpose: 'standard' | 'evaluation';
  /** Fields of the policy to change. */
  readonly policy?: object;
  readonly rights: readonly string[];
  /** Ends the calls of its connection. */
  readonly signal?: AbortSignal | undefined;
}

export interface FreshTenant {
  readonly tenantId: string;
  readonly apiKey: string;
  readonly connection: Connection;
}

const AGENT_ID = 'measuring';

/** A tenant that nobody has used, and a connection under its key; needs an operator's connection. */
export async function createFreshTenant(operator: Connection, options: FreshTenantOptions): Promise<FreshTenant> {
  const tenantId = `${options.prefix}-${randomBytes(6).toString('hex')}`;
  await operator.admin.createTenant({ tenantId, purpose: options.purpose });
  if (options.policy !== undefined) {
    await operator.admin.setPolicy({ tenantId, policyJson: JSON.stringify(options.policy) });
  }
  const created = await operator.admin.createKey({
    tenantId,
    agentId: AGENT_ID,
    teamIds: [],
    rights: [...options.rights],
  });
  const apiKey = bearerOf(created);
  return { tenantId, apiKey, connection: connect({ ...operator.place, apiKey, signal: options.signal }) };
}

/** The bearer text of a new key. @throws Corrupt for an answer without one. */
export function bearerOf(created: { readonly key?: { readonly keyId: string } | undefined; readonly secret: string }) {
  const { key, secret } = created;
  if (secret.startsWith('mneme_')) return secret;
  if (key === undefined || secret === '') throw new Corrupt('the service answered without a key');
  return `mneme_${key.keyId}_${secret}`;
}
