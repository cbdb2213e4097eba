import type { Hit, RecallResponse } from '@mneme/client';
import { filter, type FilterArgument, integer, share } from '../arguments.js';
import { count, counted, milliseconds, minute, oneLine } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface RecallFlags {
  readonly user?: string;
  readonly limit?: number;
  readonly filter?: readonly FilterArgument[];
  readonly explain?: boolean;
  readonly threshold?: number;
  readonly token?: string;
  readonly wait?: number;
  readonly now?: string;
}

const WAIT_MS_MAX = 30_000;
const WIDTH = 120;

export const FILTER_HELP = 'field:op:value; kind, flag, session, agent, team with in; occurred_at with from or before';

export function addRecall(shelf: Shelf): void {
  const command = leaf(shelf, 'recall <question>')
    .description('the few memories that answer a question, best first')
    .option('--user <id>', 'the user to speak for')
    .option('--limit <hits>', 'hits wanted', integer(1, 50))
    .option('--filter <filter>', `${FILTER_HELP}; repeatable`, filter)
    .option('--threshold <share>', "minimum similarity in place of the policy's; 0 turns it off", share)
    .option('--token <token>', 'wait until what an ingest accepted can be seen')
    .option('--wait <ms>', 'how long to wait for the token', integer(1, WAIT_MS_MAX))
    .option('--now <instant>', 'evaluation tenants only: the time to recall at')
    .option('--explain', 'show where each score comes from');
  does<RecallFlags>(shelf, command, recall);
}

async function recall(
  invocation: Invocation,
  [question = '']: readonly string[],
  flags: RecallFlags,
): Promise<CommandResult> {
  const answer = await invocation.connect('agent').retrieval.recall({
    question,
    filters: [...(flags.filter ?? [])],
    ...(flags.user === undefined ? {} : { userId: flags.user }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.threshold === undefined ? {} : { similarityMin: flags.threshold }),
    ...(flags.now === undefined ? {} : { now: flags.now }),
    ...(flags.token === undefined ? {} : { waitFor: { token: flags.token, timeoutMs: flags.wait } }),
  });
  const width = invocation.terminal.stdout.isTTY === true ? (invocation.terminal.stdout.columns ?? WIDTH) : Infinity;
  return {
    json: answer,
    lines: [
      ...answer.hits.flatMap((hit, i) => hitLines(hit, { rank: i + 1, width, explain: flags.explain === true })),
      ...answer.facts.map(({ memory }) => oneLine(`fact: ${memory?.text ?? ''}`, width)),
      ...closing(answer, flags.explain === true),
      ...(answer.considered === 0 && flags.user === undefined
        ? ['without --user only memories are looked at that belong to no user']
        : []),
    ],
  };
}

interface HitForm {
  readonly rank: number;
  readonly width: number;
  readonly explain: boolean;
}

function hitLines({ memory, score, similarity, explanation }: Hit, { rank, width, explain }: HitForm) {
  const head = `${String(rank).padStart(2)}  ${score.toFixed(3)}  ${similarity?.toFixed(2) ?? '   ?'}  `;
  const speaker = memory?.speakerName === undefined ? '' : `${memory.speakerName}: `;
  const lines = [oneLine(`${minute(memory?.occurredAt ?? '')}  ${speaker}${memory?.text ?? ''}`, width - head.length)];
  const details: string[] = [];
  if (explain && explanation !== undefined) {
    const { turnIds, ...parts } = explanation;
    const figures = Object.entries(parts).map(([name, value]) => `${name} ${value?.toFixed(3) ?? 'unknown'}`);
    details.push(figures.join(' · '), `memory ${memory?.memoryId ?? ''} from ${turnIds.join(', ')}`);
  }
  return [...lines.map((line) => head + line), ...details.map((line) => `    ${line}`)];
}

function closing(answer: RecallResponse, explain: boolean): readonly string[] {
  const dropped = answer.dropped.filter((one) => one.count > 0);
  const legs = answer.legs.filter(({ state }) => state !== 'answered').map(({ name, state }) => `${name} ${state}`);
  const summary = [
    `${counted(answer.hits.length, 'memory', 'memories')} of ${count(answer.considered)} considered`,
    ...dropped.map((one) => `dropped ${count(one.count)} (${one.reason})`),
    ...(explain
      ? answer.legs.map(({ name, found, tookMs }) => `${name} ${count(found)} in ${milliseconds(tookMs)} ms`)
      : []),
    ...legs.map((leg) => `missing: ${leg}`),
  ].join(' · ');
  return [
    summary,
    ...(answer.freshness === 'behind' ? ['not everything up to the token is here yet: ask again in a moment'] : []),
    ...(answer.freshness === 'failed' ? [`failed on their way: ${answer.failedTurnIds.join(', ')}`] : []),
    ...(answer.hits.length === 0 && dropped.length > 0 ? ['--threshold 0 shows what was below the threshold'] : []),
  ];
}
