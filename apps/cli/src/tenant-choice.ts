import type { KeyRole } from '@mneme/client';

/** Whose: `--tenant` needs the operator key, without it the key in use says. */
export interface TenantFlags {
  readonly tenant?: string;
}

export const TENANT_HELP = 'which tenant (operator key); absent: the tenant of the key in use';

export function roleFor({ tenant }: TenantFlags): KeyRole {
  return tenant === undefined ? 'agent' : 'operator';
}

export function named({ tenant }: TenantFlags): { tenantId?: string } {
  return tenant === undefined ? {} : { tenantId: tenant };
}

/** All pages of a list, up to a limit. */
export async function allPages<T>(
  page: (cursor: string | undefined) => Promise<{ items: readonly T[]; nextCursor?: string | undefined }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(cursor);
    all.push(...items);
    cursor = nextCursor;
  } while (cursor !== undefined && all.length < LISTED_MAX);
  return all;
}

const LISTED_MAX = 100_000;
