import type { Fact, FactsResponse } from '@mneme/client';
import { integer } from '../arguments.js';
import { count, counted, minute, oneLine, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface GraphFlags {
  readonly user?: string;
  readonly type?: string;
  readonly predicate?: readonly string[];
  readonly hops?: number;
  readonly limit?: number;
  readonly validAt?: string;
  readonly knownAt?: string;
  readonly token?: string;
}

const HOPS_MAX = 4;
const FACTS_MAX = 200;
const PART_MAX = 50;
const WIDTH = 100;

export function addGraph(shelf: Shelf): void {
  const command = leaf(shelf, 'graph [name]')
    .description('facts about an entity and what it is connected with; without a name about the user')
    .option('--user <id>', 'the user to speak for')
    .option('--type <type>', 'person, organisation, project, product, place, account, event or thing')
    .option('--predicate <predicate>', 'only this relation; repeatable', gathered)
    .option('--hops <edges>', 'how many edges away', integer(1, HOPS_MAX))
    .option('--limit <facts>', 'how many', integer(1, FACTS_MAX))
    .option('--valid-at <instant>', 'as it held then')
    .option('--known-at <instant>', 'as far as it was known then')
    .option('--token <token>', 'wait until what an ingest accepted can be seen');
  does<GraphFlags>(shelf, command, graph);

  const profile = leaf(shelf, 'profile')
    .description('what an agent should know of a user before the first question')
    .requiredOption('--user <id>', 'whose')
    .option('--limit <facts>', 'facts of each kind', integer(1, PART_MAX));
  does<{ user: string; limit?: number }>(shelf, profile, async (invocation, _words, { user, limit }) => {
    const request = { userId: user, ...(limit === undefined ? {} : { limit }) };
    const answer = await invocation.connect('agent').retrieval.initSession(request);
    const { about, preferences, projects, constraints } = answer;
    const parts = Object.entries({ about, preferences, projects, constraints });
    return { json: answer, lines: parts.flatMap(([name, facts]) => [name, ...rowsOf(facts).map((row) => `  ${row}`)]) };
  });
}

async function graph(
  invocation: Invocation,
  [name]: readonly (string | undefined)[],
  flags: GraphFlags,
): Promise<CommandResult> {
  const { user, type, predicate = [], hops, limit, validAt, knownAt, token } = flags;
  const answer = await invocation.connect('agent').retrieval.traverse({
    entities: name === undefined ? [] : [{ name, ...(type === undefined ? {} : { type }) }],
    predicates: [...predicate],
    ...(user === undefined ? {} : { userId: user }),
    ...(hops === undefined ? {} : { hops }),
    ...(limit === undefined ? {} : { limit }),
    ...(validAt === undefined ? {} : { validAt }),
    ...(knownAt === undefined ? {} : { knownAt }),
    ...(token === undefined ? {} : { waitFor: { token } }),
  });
  return { json: answer, lines: [...rowsOf(answer.facts), closing(answer)] };
}

function rowsOf(facts: readonly Fact[]): readonly string[] {
  const rows = facts.map(({ hop, validFrom, validTo, subject, predicate, object, memory }) => [
    String(hop),
    `${minute(validFrom)}${validTo === undefined ? '' : ` to ${minute(validTo)}`}`,
    oneLine(
      `${subject?.name === '' ? 'the speaker' : (subject?.name ?? '')} ${predicate} ${object?.name ?? ''}`,
      WIDTH,
    ),
    oneLine(memory?.text ?? '', WIDTH),
  ]);
  return table(['', '', '', ''], rows);
}

function closing({ facts, truncated, dropped, freshness }: FactsResponse): string {
  return [
    counted(facts.length, 'fact'),
    ...(truncated ? ['there are more'] : []),
    ...dropped.map((one) => `dropped ${count(one.count)} (${one.reason})`),
    ...(freshness === 'behind' ? ['not everything up to the token is here yet'] : []),
  ].join(' · ');
}

function gathered(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
