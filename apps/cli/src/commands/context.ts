import { filter, type FilterArgument, integer, share } from '../arguments.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { contextLines } from '../reports/context-lines.js';
import { FILTER_HELP } from './recall.js';

interface ContextFlags {
  readonly user?: string;
  readonly session?: string;
  readonly model?: string;
  readonly budget?: number;
  readonly memories?: number;
  readonly turns?: number;
  readonly filter?: readonly FilterArgument[];
  readonly threshold?: number;
  readonly token?: string;
  readonly wait?: number;
  readonly explain?: boolean;
}

const MEMORIES_MAX = 50;
const TURNS_MAX = 200;
const WAIT_MS_MAX = 30_000;
const BUDGET_MAX = 100_000_000;

export function addContext(shelf: Shelf): void {
  const command = leaf(shelf, 'context [question]')
    .description("profile, recalled memories and a session's last turns as one text within a model's budget")
    .option('--user <id>', 'the user to speak for')
    .option('--session <session>', 'the open conversation')
    .option('--model <name>', "who will read it; the table's first unless said")
    .option('--budget <tokens>', "tokens of the whole text; the policy's unless said", integer(1, BUDGET_MAX))
    .option('--memories <count>', 'memories recalled at most', integer(1, MEMORIES_MAX))
    .option('--turns <count>', 'last turns at most', integer(1, TURNS_MAX))
    .option('--filter <filter>', `${FILTER_HELP}; repeatable`, filter)
    .option('--threshold <share>', "minimum similarity in place of the policy's; 0 turns it off", share)
    .option('--token <token>', 'wait until what an ingest accepted can be seen')
    .option('--wait <ms>', 'how long to wait for the token', integer(1, WAIT_MS_MAX))
    .option('--explain', 'show what each part costs and what was left out');
  does<ContextFlags>(shelf, command, context);
}

async function context(
  invocation: Invocation,
  [question]: readonly (string | undefined)[],
  flags: ContextFlags,
): Promise<CommandResult> {
  const { user, session, model, budget, memories, turns, threshold, token, wait } = flags;
  const answer = await invocation.connect('agent').retrieval.buildContext({
    question: question ?? '',
    filters: [...(flags.filter ?? [])],
    ...(user === undefined ? {} : { userId: user }),
    ...(session === undefined ? {} : { session }),
    ...(model === undefined ? {} : { model }),
    ...(budget === undefined ? {} : { budgetTokens: budget }),
    ...(memories === undefined ? {} : { memories }),
    ...(turns === undefined ? {} : { turns }),
    ...(threshold === undefined ? {} : { similarityMin: threshold }),
    ...(token === undefined ? {} : { waitFor: { token, timeoutMs: wait } }),
  });
  return { json: answer, lines: contextLines(answer, flags.explain === true) };
}
