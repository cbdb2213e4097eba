import type { ShadowStore } from '@mneme/ports';
import type { RecordHandler } from './consumer-runner.js';

/** Makes the handlers that project `memories` into other stores than the live ones: the very code of the consumers. */
export type ProjectionFactory = (store: ShadowStore) => readonly RecordHandler<unknown>[];
