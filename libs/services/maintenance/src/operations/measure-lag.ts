import type { Metrics } from '@mneme/platform';
import type { GroupLag, ReadLag } from './read-lag.js';

/** Scrapes in quick succession, and the two figures of one scrape, share a look at the log. */
const FRESH_MS = 5_000;

/** Tells Prometheus how far the groups are behind: consumers are scaled by it, and people woken. */
export class MeasureLag {
  private last: { readonly atMs: number; readonly lags: Promise<readonly GroupLag[]> } | undefined;

  constructor(
    private readonly lag: Pick<ReadLag, 'ofGroups'>,
    metrics: Pick<Metrics, 'measure'>,
  ) {
    const by = (figure: 'seconds' | 'records') => async () =>
      (await this.lags()).map((lag) => ({ labels: { group: lag.group }, value: lag[figure] }));
    metrics.measure('mneme_group_lag_seconds', by('seconds'));
    metrics.measure('mneme_group_lag_records', by('records'));
  }

  private lags(): Promise<readonly GroupLag[]> {
    const atMs = performance.now();
    if (this.last === undefined || atMs - this.last.atMs > FRESH_MS) this.last = { atMs, lags: this.lag.ofGroups() };
    return this.last.lags;
  }
}
