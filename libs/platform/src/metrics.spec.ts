import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('the metrics', () => {
  it('add up by name in a snapshot and by label in the text', async () => {
    const metrics = new Metrics();
    metrics.increment('mneme_turns_accepted_total', {}, 3);
    metrics.increment('mneme_turns_dropped_total', { reason: 'no-content' }, 2);
    metrics.increment('mneme_turns_dropped_total', { reason: 'small-talk' });
    metrics.increment('mneme_turns_repeated_total', {}, 0);
    metrics.observe('mneme_recall_ms', 3, { leg: 'dense' });
    expect(metrics.snapshot()).toEqual([
      { name: 'mneme_turns_accepted_total', value: 3 },
      { name: 'mneme_turns_dropped_total', value: 3 },
    ]);
    const text = await metrics.text();
    expect(text).toContain('mneme_turns_dropped_total{reason="no-content"} 2');
    expect(text).toContain('mneme_recall_ms_bucket{le="5",leg="dense"} 1');
  });

  it('are added up with what another thread reports, and stand alone while it cannot', async () => {
    const [own, other] = [new Metrics(), new Metrics()];
    own.increment('mneme_turns_dropped_total', { reason: 'empty' }, 2);
    own.increment('mneme_turns_accepted_total');
    other.increment('mneme_turns_dropped_total', { reason: 'empty' }, 3);
    other.increment('mneme_turns_kept_total', {}, 4);
    own.include(() => other.report());
    expect(await own.totalsOfAll()).toEqual([
      { name: 'mneme_turns_dropped_total', value: 5 },
      { name: 'mneme_turns_accepted_total', value: 1 },
      { name: 'mneme_turns_kept_total', value: 4 },
    ]);
    expect(await own.text()).toContain('mneme_turns_dropped_total{reason="empty"} 5');
    own.include(async () => undefined);
    expect(await own.text()).toContain('mneme_turns_dropped_total{reason="empty"} 2');
    expect(await own.totalsOfAll()).toHaveLength(2);
  });

  it('keep what threads had counted that are gone, however many', async () => {
    const own = new Metrics();
    own.increment('mneme_turns_accepted_total', {}, 1);
    for (let gone = 0; gone < 3; gone += 1) {
      const thread = new Metrics();
      thread.increment('mneme_turns_accepted_total', {}, 10);
      thread.observe('mneme_accept_ms', 5);
      await own.keep(await thread.report());
    }
    const next = new Metrics();
    next.increment('mneme_turns_accepted_total', {}, 100);
    own.include(() => next.report());
    expect(await own.totalsOfAll()).toEqual([{ name: 'mneme_turns_accepted_total', value: 131 }]);
    const text = await own.text();
    expect(text).toMatch(/^mneme_turns_accepted_total 131$/m);
    expect(text).toMatch(/^mneme_accept_ms_count 3$/m);
  });

  it('are apart for each process', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.increment('mneme_scope_alarms_total');
    expect(other.snapshot()).toEqual([]);
  });
});
