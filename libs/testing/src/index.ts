/** What tests stand on: one contract suite a port, builders of random data, a clock that stands still. */
export * from './builders.js';
export * from './event-log.contract.js';
export * from './eventually.js';
export * from './fixed-clock.js';
export * from './log-reader.js';
export * from './temporary-directory.js';
