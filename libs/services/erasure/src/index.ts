/** Erasure of a user: a saga that goes on after a crash at any point, and what opens the user again afterwards. */
export * from './enrol-user.js';
export * from './erasure.config.js';
export * from './erasure.controller.js';
export * from './erasure-event.js';
export * from './erasure.module.js';
export * from './erasure-ports.js';
export * from './erasure-report.js';
export * from './legal-holds.js';
export * from './read-erasures.js';
export { ReapplyErasures, type ReapplyPorts } from './reapply/reapply-erasures.js';
export * from './run-erasures.js';
export * from './start-erasure.js';
export type { WaitReason } from './steps/step.js';
