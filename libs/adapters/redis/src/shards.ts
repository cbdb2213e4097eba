import { createHash } from 'node:crypto';
import type { TenantId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';

/** Fixed for ever under one prefix: with another number what is there would be neither read nor erased. */
const SHARDS = 16;
const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * Roots of keys. All of a tenant stands below one root, whose shard is the hash tag of its keys: one slot of a cluster,
 * so that one script reaches a session, the indexes that lead to it and the fence of its subject.
 */
export class Shards {
  readonly roots: readonly string[];

  /** @throws InvalidInput when the prefix would break the hash tag, or names nothing. */
  constructor(keyPrefix: string) {
    if (!PREFIX.test(keyPrefix)) {
      throw new InvalidInput('a key prefix is made of letters, digits and "._:-"', {
        field: 'keyPrefix',
        limit: 'keyPrefixCharactersMax=64',
      });
    }
    this.roots = Array.from({ length: SHARDS }, (_, shard) => `${keyPrefix}:{${keyPrefix}:${shard}}:`);
  }

  rootOf(tenantId: TenantId): string {
    return this.roots[createHash('sha256').update(tenantId).digest().readUInt32BE() % SHARDS] as string;
  }
}
