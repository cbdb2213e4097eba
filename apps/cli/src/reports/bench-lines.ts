import type { BenchReport, LatencySummary, LoadResult, RecallRow } from '@mneme/client';
import { bytes, count, milliseconds, table } from '../format.js';

/** The report for people. */
export function benchLines(report: BenchReport): readonly string[] {
  const { machine, load, recall, rss, disk } = report;
  const others = recall.withOthers;
  return [
    ...table(
      ['rates', 'turns/s', 'seconds', 'how'],
      [...loadRows('', load), ...factRows(report), ...(others ? loadRows('others: ', others.load) : [])],
    ),
    '',
    ...table(['latency, ms', 'p50', 'p95', 'p99', 'max', 'samples', 'memories'], latencyRows(report)),
    ...(others === undefined
      ? []
      : [
          `beside ${count(others.otherMemories)} memories of others: p50 × ${others.p50Ratio.toFixed(2)}, p95 × ${others.p95Ratio.toFixed(2)}`,
        ]),
    '',
    ...table(['erase by user', 'seconds', 'memories', 'verdict', 'steps after the request, s'], erasureRows(report)),
    '',
    ...processLines(report),
    ...table(
      ['', ''],
      [
        ['memory, peak', bytes(rss.peakBytes)],
        ['disk', `${bytes(disk.loadedBytes)} loaded, ${bytes(disk.endBytes)} at the end`],
        ['machine', `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}, ${machine.system}`],
        ['node', machine.node],
        ['commit', machine.commit],
        ['recalls', `limit ${recall.limit}, threshold ${recall.similarityMin === 0 ? 'off' : recall.similarityMin}`],
        ['seed', String(report.seed)],
      ],
    ),
  ];
}

function processLines({ processes }: BenchReport): readonly string[] {
  if (processes === undefined) return [];
  const rows = processes.map(({ name, peakBytes, endBytes, cpuSeconds }) => [
    name,
    bytes(peakBytes),
    bytes(endBytes),
    cpuSeconds.toFixed(1),
  ]);
  return [...table(['process', 'memory, peak', 'at the end', 'processor, s'], rows), ''];
}

function loadRows(prefix: string, load: LoadResult): readonly (readonly string[])[] {
  const how = `${count(load.turns)} turns, batches of ${load.batchTurns}, ${load.inFlight} in flight`;
  return [
    [`${prefix}accepted durably`, count(load.acceptedPerSecond), load.acceptSeconds.toFixed(1), how],
    [`${prefix}recallable`, count(load.recallablePerSecond), load.recallableSeconds.toFixed(1), 'from the first send'],
  ];
}

function factRows({ facts, load }: BenchReport): readonly (readonly string[])[] {
  if (facts === undefined) return [];
  const how = `facts/s: ${count(facts.facts)} facts, ${facts.factsPerTurn.toFixed(2)} a turn`;
  return [['facts recallable', count(facts.recallablePerSecond), load.recallableSeconds.toFixed(1), how]];
}

function latencyRows({ load, singleTurn, recall, reads }: BenchReport): readonly (readonly string[])[] {
  const others = recall.withOthers;
  return [
    latencyRow('accept a batch of 100, in the load', load.batchLatency),
    latencyRow('accept a single turn', singleTurn),
    latencyRow("recall, a user's first", recall.firstTouch),
    ...recall.idle.map((row) => latencyRow(`recall, idle, ${at(row)}`, row)),
    latencyRow('start of a session', reads.initSession),
    latencyRow(
      `context of ${reads.contextItems.toFixed(0)} items, ${reads.contextTokens.toFixed(0)} tokens`,
      reads.buildContext,
    ),
    latencyRow('last turns of a session', reads.getSession),
    ...recall.underIngest.map((row) =>
      latencyRow(`recall, ${count(row.background.turnsPerSecond)} turns/s, ${at(row)}`, row),
    ),
    ...(others === undefined
      ? []
      : [
          latencyRow(`recall, before the others, ${at(others.before)}`, others.before),
          latencyRow(`recall, beside the others, ${at(others.idle)}`, others.idle),
        ]),
  ];
}

function latencyRow(name: string, summary: LatencySummary & { readonly memories?: number }): readonly string[] {
  const { p50Ms, p95Ms, p99Ms, maxMs, samples, memories } = summary;
  const figures = [p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds);
  return [name, ...figures, count(samples), memories === undefined ? '' : count(memories)];
}

function at({ concurrency, warmUp }: RecallRow): string {
  return `${concurrency} at a time (${warmUp} to warm up)`;
}

function erasureRows({ erasures }: BenchReport): readonly (readonly string[])[] {
  return erasures.map(({ who, seconds, erasedMemories, verdict, steps }) => [
    who,
    seconds.toFixed(1),
    count(erasedMemories),
    verdict,
    Object.entries(steps)
      .map(([step, after]) => `${step} ${after.toFixed(1)}`)
      .join(', '),
  ]);
}
