/** Decides which turns become memories, and publishes both decisions. */
export * from './filter-turns.js';
export * from './write-filter.config.js';
export * from './write-filter.module.js';
