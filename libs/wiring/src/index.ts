/** The one place that maps config to engines, and hands them to the services as Nest providers. */
export * from './distributed.config.js';
export type * from './engine-set.js';
export * from './engines-of.js';
export * from './engines.config.js';
export * from './engines.module.js';
export * from './foreign-vectors.js';
export * from './models.config.js';
export * from './open-embedder.js';
export * from './open-engines.js';
export * from './open-language-model.js';
export type * from './stores.js';
export * from './data-files.js';
export * from './service.config.js';
export * from './start-service.js';
export * from './system-clock.js';
export * from './watch-engines.js';
export * from './webhook.config.js';
