/** Runs the deployment: tenants, keys and policy, status, digests and replay, housekeeping; serves `Admin`. */
export * from './api-keys.js';
export * from './audits/run-audits.js';
export * from './diagnose.js';
export * from './digest-tenant.js';
export * from './end-idle-sessions.js';
export * from './housekeeping.js';
export * from './kept-key.js';
export * from './maintenance.config.js';
export * from './maintenance.module.js';
export * from './replay-memories.js';
export { type Consumers, CONSUMERS_ELSEWHERE } from './switch-stores.js';
export * from './tenants.js';
export * from './upkeep-parts.js';
export { digestView } from './views.js';
export * from './quarantine/quarantine.module.js';
export * from './webhook/verify-critical.js';
