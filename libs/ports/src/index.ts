/** One file per outside thing: what the services need of logs, stores, keys, models and time. */
export type * from './accepted-turns.js';
export type * from './auditable-store.js';
export type * from './catalogue.js';
export type * from './clock.js';
export type * from './control-store.js';
export type * from './embedder.js';
export type * from './erasable-store.js';
export type * from './erasure-journal.js';
export type * from './event-log.js';
export type * from './issuer-store.js';
export type * from './key-vault.js';
export type * from './organisation-store.js';
export type * from './session-store.js';
export type * from './shadow-stores.js';
export type * from './subject-registry.js';
export type * from './subject-topics.js';
export * from './tokens.js';
export type * from './vector-index.js';
