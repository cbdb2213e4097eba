/** Decides which turns become memories, and publishes both decisions. */
export * from './filter-turns.js';
export * from './write-filter.config.js';
export * from './write-filter.module.js';
export * from './hear-recalls.js';
export * from './recent-recalls.js';
export { RECALLS_HEARD } from './hear-recalls.module.js';
