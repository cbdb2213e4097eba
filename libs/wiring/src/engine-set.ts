import type { MessagePort } from 'node:worker_threads';
import type { EngineName } from './engines-of.js';
import type { OpenStores } from './stores.js';

/** One engine that cannot be used now, and why, in one line without credentials. */
export interface EngineFault {
  readonly engine: EngineName;
  readonly problem: string;
}

/** Opened engines and the ports on them, before models and keys stand on these. */
export interface EngineSet<S extends OpenStores> {
  readonly stores: S;
  /** Where the data is, for people: a directory, or the names of the engines. */
  readonly places: string;
  /** Embedding models of which the live stores have, or had, vectors, as far as it is known. */
  vectorModels(): readonly string[];
  join(port: MessagePort): void;
  check(signal: AbortSignal): Promise<readonly EngineFault[]>;
  close(): Promise<void>;
}
