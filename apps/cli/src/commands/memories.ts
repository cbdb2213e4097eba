import type { ListMemoriesResponse, Memory } from '@mneme/client';
import { filter, type FilterArgument, integer } from '../arguments.js';
import { counted, minute, oneLine, plain, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { FILTER_HELP } from './recall.js';

interface ListFlags {
  readonly user?: string;
  readonly filter?: readonly FilterArgument[];
  readonly limit: number;
  readonly cursor?: string;
  readonly token?: string;
}

const PAGE_MAX = 200;
const LIST_MAX = 100_000;
const LIST_DEFAULT = 50;
const WIDTH = 120;

export function addMemories(shelf: Shelf): void {
  const listing = leaf(shelf, 'list')
    .description('memories, newest first')
    .option('--user <id>', 'the user to speak for')
    .option('--filter <filter>', `${FILTER_HELP}; repeatable`, filter)
    .option('--limit <memories>', 'how many', integer(1, LIST_MAX), LIST_DEFAULT)
    .option('--cursor <cursor>', 'go on from the list before')
    .option('--token <token>', 'wait until what an ingest accepted can be seen');
  does<ListFlags>(shelf, listing, list);

  const get = leaf(shelf, 'get <memoryId>').description('one memory').option('--user <id>', 'the user to speak for');
  does<{ user?: string }>(shelf, get, async (invocation, [memoryId = ''], { user }) => {
    const memory = await invocation.connect('agent').retrieval.getMemory({ memoryId, ...speaking(user) });
    return { json: memory, lines: memoryLines(memory) };
  });
}

async function list(invocation: Invocation, _words: readonly string[], flags: ListFlags): Promise<CommandResult> {
  const { retrieval } = invocation.connect('agent');
  const memories: Memory[] = [];
  let page: ListMemoriesResponse | undefined;
  let cursor = flags.cursor;
  do {
    page = await retrieval.listMemories({
      ...speaking(flags.user),
      filters: [...(flags.filter ?? [])],
      pageSize: Math.min(PAGE_MAX, flags.limit - memories.length),
      ...(cursor === undefined ? {} : { cursor }),
      ...(flags.token === undefined || page !== undefined ? {} : { waitFor: { token: flags.token } }),
    });
    memories.push(...page.memories);
    cursor = page.nextCursor;
  } while (cursor !== undefined && memories.length < flags.limit);
  const rows = memories.map((memory) => [
    memory.memoryId,
    memory.kind,
    minute(memory.occurredAt),
    oneLine(withSpeaker(memory), WIDTH),
  ]);
  return {
    json: { memories, ...(cursor === undefined ? {} : { nextCursor: cursor }) },
    lines: [
      ...table(['', '', '', ''], rows),
      counted(memories.length, 'memory', 'memories'),
      ...(cursor === undefined ? [] : [`more: --cursor ${cursor}`]),
    ],
  };
}

function memoryLines(memory: Memory): readonly string[] {
  const { text: _text, turnIds, flags, ...fields } = memory;
  const rows = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, plain(String(value)).replaceAll('\n', ' ')]],
  );
  if (flags.length > 0) rows.push(['flags', flags.join(', ')]);
  rows.push(['turnIds', turnIds.join(', ')]);
  return [plain(withSpeaker(memory)), '', ...table(['', ''], rows)];
}

function withSpeaker({ speakerName, text }: Memory): string {
  return speakerName === undefined ? text : `${speakerName}: ${text}`;
}

function speaking(userId: string | undefined) {
  return userId === undefined ? {} : { userId };
}
