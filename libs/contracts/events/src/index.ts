/** What crosses the log: one zod schema and type per event and version, the topics, and golden samples. */
export * from './scalars.js';
export * from './topics.js';
export * from './turn-received.v1.js';
export * from './memory-derived.v1.js';
export * from './progress-noted.v1.js';
export * from './turn-discarded.v1.js';
export * from './turn-quarantined.v1.js';
export * from './quarantine-decided.v1.js';
export * from './turn-released.v1.js';
export * from './dead-lettered.v1.js';
export * from './erasure-step-taken.v1.js';
export * from './procedure.js';
export * from './command-given.v1.js';
export * from './command-passed.v1.js';
export * from './command-refused.v1.js';
