import type { Lease, Leases } from '@mneme/ports';
import type { Logger } from '../logger.js';
import type { Part } from '../lifecycle.js';
import { endProcess } from './end-process.js';

/**
 * Waits until this process is the active one of its kind; until then it is alive and not ready. When the lease is lost the
 * process ends: what it had begun goes on in the next one.
 */
export class LeasePart implements Part {
  readonly name: string;
  private readonly stopping = new AbortController();
  private lease: Lease | undefined;

  constructor(
    private readonly ports: { readonly leases: Leases; readonly logger: Pick<Logger, 'info' | 'error'> },
    private readonly leaseName: string,
    private readonly end: () => void = endProcess,
  ) {
    this.name = `lease ${leaseName}`;
  }

  async start(): Promise<void> {
    const { leases, logger } = this.ports;
    const { signal } = this.stopping;
    logger.info('waiting to be the active one', { lease: this.leaseName });
    const lost = () => {
      logger.error('another process may be the active one by now: this one ends', { lease: this.leaseName });
      this.end();
    };
    this.lease = await leases.acquire(this.leaseName, { signal, lost });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.lease?.release();
  }
}
