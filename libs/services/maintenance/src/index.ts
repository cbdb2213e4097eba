/** Runs the deployment: tenants, keys and policy, status, digests and replay, housekeeping; serves `Admin`. */
export * from './api-keys.js';
export * from './digest-tenant.js';
export * from './housekeeping.js';
export * from './maintenance.module.js';
export * from './replay-memories.js';
export type { Consumers } from './switch-stores.js';
export * from './tenants.js';
