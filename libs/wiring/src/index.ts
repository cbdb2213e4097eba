/** The one place that maps config to engines, and hands them to the services as Nest providers. */
export * from './engines.config.js';
export * from './engines.module.js';
export * from './models.config.js';
export * from './open-embedder.js';
export * from './open-engines.js';
export * from './open-language-model.js';
export * from './system-clock.js';
export * from './webhook.config.js';
export { checkFiles, type FileCheck, refuseUsedDirectory, sharedMemory } from '@mneme/sqlite';
