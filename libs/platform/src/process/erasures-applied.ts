import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { ErasureJournal, EventLog } from '@mneme/ports';
import { type LoggedErasure, loggedErasures } from '../logged-erasures.js';
import type { Logger } from '../logger.js';
import type { Part } from '../lifecycle.js';
import { endProcess } from './end-process.js';

export interface ErasuresAppliedPorts {
  readonly journal: Pick<ErasureJournal, 'find' | 'appliedOffsets'>;
  readonly log: Pick<EventLog, 'endOffsets' | 'read'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Waits until registry and journal know every erasure that `erasures` tells of: when they come from a backup that is older,
 * the erasure service applies those again, and until then nothing may be read or written anywhere.
 */
export class ErasuresApplied implements Part {
  readonly name = 'erasures-applied';
  private readonly stopping = new AbortController();

  constructor(
    private readonly ports: ErasuresAppliedPorts,
    private readonly lookEveryMs = LOOK_EVERY_MS,
    private readonly end: () => void = endProcess,
  ) {}

  async start(): Promise<void> {
    let isTold = false;
    for (let areKnown = await this.areKnown(); areKnown !== true; areKnown = await this.areKnown()) {
      if (areKnown === false && !isTold) {
        this.ports.logger.warn('the registry is older than the erasures on record: waiting for the erasure service');
        isTold = true;
      }
      await sleep(this.lookEveryMs, undefined, { signal: this.stopping.signal });
    }
  }

  /**
   * For when the registry's engine was away: it may have been restored from a backup meanwhile. Then the process ends, and
   * waits at its next start.
   */
  async lookAgain(): Promise<void> {
    const { signal } = this.stopping;
    let areKnown = await this.areKnown();
    while (areKnown === undefined && !signal.aborted) {
      await sleep(this.lookEveryMs, undefined, { signal }).catch(() => undefined);
      areKnown = await this.areKnown();
    }
    if (areKnown !== false || signal.aborted) return;
    this.ports.logger.error('the registry has become older than the erasures on record: this process ends');
    this.end();
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Undefined when it cannot be told now. */
  private async areKnown(): Promise<boolean | undefined> {
    try {
      for (const one of await this.logged()) if (!(await this.isKnown(one))) return false;
      return true;
    } catch (error) {
      if (!isMemoryError(error) || error.retry !== 'later') throw error;
      this.ports.logger.warn('the erasures on record cannot be read and are looked at again', { error });
      return undefined;
    }
  }

  /** Those since the last start of the erasure service; a note above the log's end is of another log. */
  private async logged(): Promise<readonly LoggedErasure[]> {
    const { journal, log } = this.ports;
    const ends = await log.endOffsets(TOPICS.erasures.name);
    const noted = await journal.appliedOffsets();
    const isOfThisLog = ends.every((end, partition) => (noted[partition] ?? 0) <= end);
    return loggedErasures(log, { starts: isOfThisLog ? noted : [], ends });
  }

  /** A step is in the journal's record before it is on the log. */
  private async isKnown({ erasureId, last }: LoggedErasure): Promise<boolean> {
    const known = await this.ports.journal.find(last.tenantId, erasureId);
    return known?.steps.some(({ step }) => step === last.step) === true;
  }
}
