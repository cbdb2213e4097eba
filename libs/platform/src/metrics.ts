import { AggregatorRegistry, Counter, Histogram, type MetricObject, Registry } from 'prom-client';

/** Every counter with its labels; the name is the contract that dashboards and alerts stand on. */
const COUNTERS = {
  mneme_turns_accepted_total: [],
  mneme_turns_repeated_total: [],
  mneme_turns_kept_total: [],
  mneme_facts_extracted_total: ['predicate'],
  mneme_turns_dropped_total: ['reason'],
  mneme_commands_accepted_total: ['action'],
  mneme_turns_quarantined_total: ['reason'],
  mneme_quarantine_decisions_total: ['decision'],
  mneme_commands_applied_total: ['action'],
  mneme_commands_refused_total: ['reason'],
  mneme_session_ends_total: ['outcome'],
  mneme_turn_flags_total: ['flag'],
  mneme_requests_refused_total: ['code'],
  mneme_tokens_refused_total: ['reason'],
  mneme_records_handled_total: ['group'],
  mneme_records_refused_by_fence_total: ['group'],
  mneme_records_retried_total: ['group', 'code'],
  mneme_records_dead_lettered_total: ['group', 'code'],
  mneme_session_writes_lost_total: [],
  mneme_recalls_published_total: [],
  mneme_recalls_dropped_total: ['reason'],
  mneme_recalls_heard_total: [],
  mneme_scope_alarms_total: [],
  mneme_unreadable_memories_total: [],
  mneme_corrupt_keys_total: [],
  mneme_erasures_total: ['verdict'],
  mneme_erasure_incidents_total: [],
  mneme_audits_total: ['aim', 'state'],
  mneme_maintenance_commands_total: ['action'],
  mneme_webhook_requests_total: ['outcome'],
  mneme_erasures_reapplied_total: [],
  mneme_erasures_unmatched_total: [],
  mneme_embedding_calls_total: ['outcome'],
  mneme_model_answers_total: ['task', 'way'],
  mneme_model_failures_total: ['task', 'failure'],
  mneme_model_items_refused_total: ['task'],
  mneme_model_tokens_total: [],
} as const satisfies Record<string, readonly string[]>;

const HISTOGRAMS = {
  mneme_recall_ms: { labels: ['leg'], buckets: [0.5, 1, 2, 5, 10, 15, 25, 50, 100, 250, 1_000] },
  mneme_accept_ms: { labels: [], buckets: [0.5, 1, 2, 5, 10, 25, 50, 100, 250, 1_000] },
} as const;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
type Labels = Readonly<Record<string, string>>;

/** What one thread has counted, to be added up with another's. */
export interface MetricsReport {
  readonly metrics: readonly MetricObject[];
  readonly totals: readonly CounterTotal[];
}

export interface CounterTotal {
  readonly name: CounterName;
  readonly value: number;
}

/** Counters and histograms of one process, in the Prometheus text format. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<CounterName, Counter>();
  private readonly histograms = new Map<HistogramName, Histogram>();
  private readonly totals = new Map<CounterName, number>();
  private other: (() => Promise<MetricsReport | undefined>) | undefined;
  private kept: MetricsReport | undefined;

  constructor() {
    const registers = [this.registry];
    for (const [name, labelNames] of Object.entries(COUNTERS)) {
      this.counters.set(name as CounterName, new Counter({ name, help: name, labelNames: [...labelNames], registers }));
    }
    for (const [name, { labels, buckets }] of Object.entries(HISTOGRAMS)) {
      const options = { name, help: name, labelNames: [...labels], buckets: [...buckets], registers };
      this.histograms.set(name as HistogramName, new Histogram(options));
    }
  }

  /** Labels are names of ours: never a user, a session, or text. */
  increment(name: CounterName, labels: Labels = {}, by = 1): void {
    if (by === 0) return;
    this.counters.get(name)?.inc(labels, by);
    this.totals.set(name, (this.totals.get(name) ?? 0) + by);
  }

  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    this.histograms.get(name)?.observe(labels, value);
  }

  /** What another thread of this process reports is part of every answer from now on; undefined while it cannot. */
  include(other: () => Promise<MetricsReport | undefined>): void {
    this.other = other;
  }

  /** What a thread that is gone had counted stays part of every answer. */
  async keep(report: MetricsReport): Promise<void> {
    const { kept } = this;
    this.kept = kept === undefined ? report : await sumOf([kept, report]);
  }

  /** What this thread has counted by itself. */
  async report(): Promise<MetricsReport> {
    const metrics = await this.registry.getMetricsAsJSON();
    return { metrics, totals: this.snapshot() };
  }

  /** This thread's totals since the start over all labels, by name. */
  snapshot(): readonly CounterTotal[] {
    return [...this.totals].map(([name, value]) => ({ name, value }));
  }

  /** The totals of this process. */
  async totalsOfAll(): Promise<readonly CounterTotal[]> {
    return totalsIn([{ totals: this.snapshot() }, ...(await this.others())]);
  }

  /** Prometheus text, version 0.0.4. */
  async text(): Promise<string> {
    const others = await this.others();
    if (others.length === 0) return this.registry.metrics();
    return aggregated([await this.report(), ...others]).metrics();
  }

  private async others(): Promise<readonly MetricsReport[]> {
    return [this.kept, await this.other?.()].filter((report) => report !== undefined);
  }
}

async function sumOf(reports: readonly MetricsReport[]): Promise<MetricsReport> {
  return { metrics: await aggregated(reports).getMetricsAsJSON(), totals: totalsIn(reports) };
}

function aggregated(reports: readonly MetricsReport[]) {
  return AggregatorRegistry.aggregate(reports.map(({ metrics }) => metrics as MetricObject[]));
}

function totalsIn(reports: readonly Pick<MetricsReport, 'totals'>[]): readonly CounterTotal[] {
  const sums = new Map<CounterName, number>();
  for (const { name, value } of reports.flatMap(({ totals }) => totals)) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums].map(([name, value]) => ({ name, value }));
}
