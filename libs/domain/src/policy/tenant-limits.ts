import type { Limits } from '../limits.js';

/** Limits of the service that a tenant may have lower. */
export const TENANT_LIMITS = [
  'turnTextBytesMax',
  'batchTurnsMax',
  'recallHitsMax',
  'questionBytesMax',
  'pageSizeMax',
  'sessionTurnsMax',
] as const satisfies readonly (keyof Limits)[];

export type TenantLimitName = (typeof TENANT_LIMITS)[number];

/** Null: as the service has it. */
export type TenantLimits = Readonly<Record<TenantLimitName, number | null>>;

export const NO_TENANT_LIMITS: TenantLimits = {
  turnTextBytesMax: null,
  batchTurnsMax: null,
  recallHitsMax: null,
  questionBytesMax: null,
  pageSizeMax: null,
  sessionTurnsMax: null,
};

/** What holds for a tenant: of each limit the lower one. */
export function limitsFor(service: Limits, tenant: TenantLimits): Limits {
  const lowered = TENANT_LIMITS.map((name) => [name, Math.min(service[name], tenant[name] ?? Infinity)]);
  return { ...service, ...Object.fromEntries(lowered) };
}
