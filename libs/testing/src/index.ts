/** What tests stand on: one contract suite a port, builders of random data, a clock that stands still. */
export * from './builders.js';
export * from './fixed-clock.js';
