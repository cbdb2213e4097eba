import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { ErasureJournal, EventLog } from '@mneme/ports';
import { type LoggedErasure, loggedErasures } from '../logged-erasures.js';
import type { Logger } from '../logger.js';
import type { Part } from '../lifecycle.js';

export interface ErasuresAppliedPorts {
  readonly journal: Pick<ErasureJournal, 'find' | 'appliedOffsets'>;
  readonly log: Pick<EventLog, 'endOffsets' | 'read'>;
  readonly logger: Pick<Logger, 'warn'>;
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
  ) {}

  async start(): Promise<void> {
    let isTold = false;
    while (!(await this.areKnown())) {
      if (!isTold)
        this.ports.logger.warn('the registry is older than the erasures on record: waiting for the erasure service');
      isTold = true;
      await sleep(this.lookEveryMs, undefined, { signal: this.stopping.signal });
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private async areKnown(): Promise<boolean> {
    try {
      for (const one of await this.logged()) if (!(await this.isKnown(one))) return false;
      return true;
    } catch (error) {
      if (!isMemoryError(error) || error.retry !== 'later') throw error;
      this.ports.logger.warn('the erasures on record cannot be read and are looked at again', { error });
      return false;
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
