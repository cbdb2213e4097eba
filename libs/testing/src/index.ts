/** What tests stand on: one contract suite a port, builders of random data, a clock that stands still. */
export * from './accepted-turns.contract.js';
export * from './builders.js';
export * from './control-store.contract.js';
export * from './erasure-journal.contract.js';
export * from './event-log.contract.js';
export * from './eventually.js';
export * from './fixed-clock.js';
export * from './key-vault.contract.js';
export * from './log-reader.js';
export * from './subject-registry.contract.js';
export * from './subject-topics.contract.js';
export * from './temporary-directory.js';
