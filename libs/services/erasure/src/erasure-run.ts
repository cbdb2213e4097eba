import { setTimeout as sleep } from 'node:timers/promises';
import { type Erasure, type SubjectRef, subjectRef } from '@mneme/domain';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';

export interface ErasureSurroundings {
  readonly ports: ErasurePorts;
  readonly config: ErasureConfig;
  /** Aborted when the process stops; the erasure goes on at the next start. */
  readonly signal: AbortSignal;
}

/** One erasure on its way: the journal's record, and what its steps need. */
export class ErasureRun {
  readonly ports: ErasurePorts;
  readonly config: ErasureConfig;
  readonly signal: AbortSignal;
  readonly subject: SubjectRef;
  private current: Erasure;

  constructor(erasure: Erasure, surroundings: ErasureSurroundings) {
    this.ports = surroundings.ports;
    this.config = surroundings.config;
    this.signal = surroundings.signal;
    this.subject = subjectRef(erasure.tenantId, erasure.subjectId);
    this.current = erasure;
  }

  /** As the journal has it. */
  get erasure(): Erasure {
    return this.current;
  }

  /** Changes the record in the journal, durably, and only then here. */
  async save(patch: Partial<Erasure>): Promise<void> {
    const next = { ...this.current, ...patch };
    await this.ports.journal.record(next);
    this.current = next;
  }

  /** @throws an AbortError when the process stops meanwhile. */
  async wait(delayMs: number): Promise<void> {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.signal });
  }
}
