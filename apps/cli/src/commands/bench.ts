import { Option } from 'commander';
import { runBench } from '@mneme/client';
import { integer } from '../arguments.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { PROFILES, requireWritable, type ServiceChoice, withService, writeJsonFile } from '../measuring.js';
import { CHECKOUT } from '../paths.js';
import { benchLines } from '../reports/bench-lines.js';

interface BenchFlags {
  readonly memories: number;
  readonly others: number;
  readonly json?: boolean | string;
  readonly own?: boolean;
  readonly facts?: boolean;
  readonly profile: ServiceChoice['profile'];
}

export function addBench(shelf: Shelf): void {
  const command = leaf(shelf, 'bench', { jsonFile: true })
    .description('measure speed on made-up traffic (operator key): docs/benchmarks.md')
    .addOption(new Option('--profile <profile>', 'which engines').choices([...PROFILES]).default('embedded'))
    .option('--memories <n>', 'memories that recalls are measured over', integer(100, 10_000_000), 100_000)
    .option(
      '--others <factor>',
      "another tenant's memories afterwards, so many times as many; 0: none",
      integer(0, 100),
      10,
    )
    .option('--facts', 'a corpus that also states facts, through the write-filter as it is by default')
    .option('--own', 'start a service for it in a temporary directory, and remove it afterwards');
  does<BenchFlags>(shelf, command, bench);
}

async function bench(invocation: Invocation, _words: readonly string[], flags: BenchFlags): Promise<CommandResult> {
  const jsonFile = typeof flags.json === 'string' ? flags.json : undefined;
  await requireWritable(jsonFile, 'json');
  const progress = invocation.progress('anywhere');
  const report = await withService(invocation, { own: flags.own === true, profile: flags.profile }, (service) =>
    runBench({
      ...service,
      memories: flags.memories,
      others: flags.others,
      facts: flags.facts === true,
      checkout: CHECKOUT,
      signal: invocation.terminal.signal,
      onProgress: (phase, done, total) => progress.update(phase, done, total),
    }),
  );
  progress.stop();
  if (jsonFile !== undefined) await writeJsonFile(jsonFile, report);
  return { json: report, lines: benchLines(report) };
}
