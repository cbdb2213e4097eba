/** The one place that maps config to engines, and hands them to the services as Nest providers. */
export * from './engines.config.js';
export * from './engines.module.js';
export * from './open-engines.js';
export * from './system-clock.js';
export { sharedMemory } from '@mneme/sqlite';
