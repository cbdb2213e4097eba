import type { DeadLetter, Redriven } from '@mneme/client';
import { count, counted, minute, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { allPages } from '../tenant-choice.js';

const HOUR_MS = 3_600_000;
/** Ids that one request redrives. */
const REDRIVEN_MAX = 200;

/** `topics`, `lag` and `dead-letters`: what whoever runs the deployment looks at (operator key). */
export function addOperations(shelf: Shelf): void {
  addTopics(shelf);
  addLag(shelf);
  addDeadLetters(shelf);
}

function addTopics(shelf: Shelf): void {
  const command = leaf(shelf, 'topics').description("the log's topics: retention, partitions, records (operator key)");
  does(shelf, command, async (invocation) => {
    const { topics } = await invocation.connect('operator').operations.listTopics({});
    const rows = topics.map(({ name, retention, keptMs, endOffsets }) => [
      name,
      keptMs === undefined ? retention : `${retention} ${count(keptMs / HOUR_MS)} h`,
      String(endOffsets.length),
      count(endOffsets.reduce((sum, end) => sum + end, 0)),
    ]);
    return { json: { topics }, lines: table(['topic', 'kept', 'partitions', 'appended'], rows) };
  });
}

function addLag(shelf: Shelf): void {
  const command = leaf(shelf, 'lag')
    .description('how far each consumer group is behind the log (operator key)')
    .option('--partitions', 'one row a partition');
  does<{ readonly partitions?: boolean }>(shelf, command, async (invocation, _words, flags) => {
    const { lags } = await invocation.connect('operator').operations.getLag({});
    const groups = grouped(lags);
    const rows =
      flags.partitions === true
        ? lags.map((lag) => [lag.group, `${lag.topic}/${lag.partition}`, ...figures([lag])])
        : [...groups.values()].map((own) => [own[0]?.group ?? '', own[0]?.topic ?? '', ...figures(own)]);
    return { json: { lags }, lines: table(['group', 'topic', 'records behind', 'oldest waits (s)'], rows) };
  });
}

function addDeadLetters(shelf: Shelf): void {
  const parent = shelf.program.command('dead-letters').description('records that a consumer could not apply');
  const list = leaf(shelf, 'list', { parent })
    .description('where each lay, whose group failed, and why; never a text (operator key)')
    .option('--group <name>', 'of one consumer group')
    .option('--all', 'also what was redriven');
  does<ListFlags>(shelf, list, async (invocation, _words, flags) => {
    const letters = await listed(invocation.connect('operator').operations, flags);
    const rows = letters.map((letter) => [
      letter.deadLetterId,
      letter.group,
      `${letter.topic}/${letter.partition}@${letter.offset}`,
      letter.code,
      minute(letter.failedAt),
      letter.redrivenAt === undefined ? '' : `${minute(letter.redrivenAt)} by ${letter.redrivenBy ?? '?'}`,
    ]);
    const head = ['id', 'group', 'record', 'why', 'failed', 'redriven'];
    return { json: { deadLetters: letters }, lines: rows.length === 0 ? ['no dead letters'] : table(head, rows) };
  });

  const redrive = leaf(shelf, 'redrive [ids...]', { parent })
    .description('let the consumers meet them again, once the cause is mended; safe to repeat (operator key)')
    .option('--group <name>', 'all of one consumer group, in place of ids');
  does<ListFlags>(shelf, redrive, async (invocation, [named], flags) => {
    const { operations } = invocation.connect('operator');
    const given = named as unknown as readonly string[];
    const ofGroup = flags.group === undefined ? [] : (await listed(operations, flags)).map((one) => one.deadLetterId);
    const ids = [...given, ...ofGroup];
    const redriven: Redriven[] = [];
    for (let at = 0; at < ids.length; at += REDRIVEN_MAX) {
      const slice = ids.slice(at, at + REDRIVEN_MAX);
      redriven.push(...(await operations.redriveDeadLetters({ deadLetterIds: slice })).redriven);
    }
    const others = redriven.filter(({ outcome }) => outcome !== 'redriven');
    const lines = [
      `redriven ${counted(redriven.length - others.length, 'dead letter')}`,
      ...others.map(({ deadLetterId, outcome }) => `${deadLetterId}: ${outcome}`),
    ];
    return { json: { redriven }, lines };
  });
}

interface ListFlags {
  readonly group?: string;
  readonly all?: boolean;
}

type Operations = ReturnType<Parameters<Parameters<typeof does>[2]>[0]['connect']>['operations'];

function listed(operations: Operations, { group, all = false }: ListFlags): Promise<readonly DeadLetter[]> {
  const asked = { ...(group === undefined ? {} : { group }), withRedriven: all };
  return allPages(async (cursor) => {
    const page = await operations.listDeadLetters({ ...asked, ...(cursor === undefined ? {} : { cursor }) });
    return { items: page.deadLetters, nextCursor: page.nextCursor };
  });
}

interface Lag {
  readonly group: string;
  readonly topic: string;
  readonly committedOffset: number;
  readonly endOffset: number;
  readonly behindMs: number;
}

function figures(lags: readonly Lag[]): readonly [string, string] {
  const records = lags.reduce((sum, lag) => sum + Math.max(0, lag.endOffset - lag.committedOffset), 0);
  return [count(records), (Math.max(...lags.map(({ behindMs }) => behindMs)) / 1_000).toFixed(1)];
}

function grouped<T extends Lag>(lags: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const lag of lags) {
    const own = groups.get(nameOf(lag));
    if (own === undefined) groups.set(nameOf(lag), [lag]);
    else own.push(lag);
  }
  return groups;
}

function nameOf({ group, topic }: Lag): string {
  return `${group} ${topic}`;
}
