import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { type Rankings, readDataset, runEvaluation } from '@mneme/client';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { PROFILES, requireWritable, type ServiceChoice, withService, writeJsonFile } from '../measuring.js';
import { evaluationLines } from '../reports/evaluation-lines.js';

interface EvalFlags {
  readonly data: string;
  readonly keepAll?: boolean;
  readonly rankings?: string;
  readonly json?: boolean | string;
  readonly own?: boolean;
  readonly profile: ServiceChoice['profile'];
}

export function addEval(shelf: Shelf): void {
  const command = leaf(shelf, 'eval', { jsonFile: true })
    .description('measure recall on conversations of your own (operator key)')
    .requiredOption('--data <directory>', 'turns.jsonl, questions.jsonl and evidence.jsonl: docs/evaluation.md')
    .option('--keep-all', "switch the write-filter's verdict off")
    .option('--rankings <file>', 'write {"qid","ranked":[turn id, …]} a question')
    .addOption(
      new Option('--profile <profile>', 'which engines, with --own').choices([...PROFILES]).default('embedded'),
    )
    .option('--own', 'start a service for it in a temporary directory, and remove it afterwards');
  does<EvalFlags>(shelf, command, evaluate);
}

async function evaluate(invocation: Invocation, _words: readonly string[], flags: EvalFlags): Promise<CommandResult> {
  const jsonFile = typeof flags.json === 'string' ? flags.json : undefined;
  await requireWritable(jsonFile, 'json');
  await requireWritable(flags.rankings, 'rankings');
  const dataset = await readDataset(flags.data);
  const progress = invocation.progress('anywhere');
  const { report, rankings } = await withService(
    invocation,
    { own: flags.own === true, profile: flags.profile },
    (service) =>
      runEvaluation({
        ...service,
        dataset,
        keepAll: flags.keepAll === true,
        signal: invocation.terminal.signal,
        onProgress: (phase, done, total) => progress.update(phase, done, total),
      }),
  );
  progress.stop();
  if (flags.rankings !== undefined) await writeFile(flags.rankings, rankingLines(rankings));
  if (jsonFile !== undefined) await writeJsonFile(jsonFile, report);
  return { json: report, lines: evaluationLines(report) };
}

function rankingLines(rankings: Rankings): string {
  return [...rankings].map(([qid, ranked]) => `${JSON.stringify({ qid, ranked })}\n`).join('');
}
