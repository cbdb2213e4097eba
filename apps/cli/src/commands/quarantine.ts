import type { QuarantinedTurn } from '@mneme/client';
import { counted, minute, oneLine, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { allPages, named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

interface ListFlags extends TenantFlags {
  readonly user?: string;
  readonly text?: boolean;
  readonly all?: boolean;
}

const TEXT_CHARS_MAX = 200;
/** Everything without a glyph, and marks that turn the writing around: shown by number, never printed. */
const UNSEEN = /[\p{Cc}\p{Cf}\u115f\u1160\u3164\ufe00-\ufe0f\uffa0\u{e0000}-\u{e01ef}]/gu;

/** `quarantine`: turns that look like poison, and what becomes of them. */
export function addQuarantine(shelf: Shelf): void {
  const parent = shelf.program.command('quarantine').description('turns held as likely poison, until released');
  addList(shelf, parent);
  addDecisions(shelf, parent);
}

function addList(shelf: Shelf, parent: Shelf['program']): void {
  const list = leaf(shelf, 'list', { parent })
    .description('what is held and why; texts only of a user whom the key may read')
    .option('--user <id>', 'of one user')
    .option('--text', 'with texts; needs --user')
    .option('--all', 'also what was released or rejected')
    .option('--tenant <id>', TENANT_HELP);
  does<ListFlags>(shelf, list, async (invocation, _words, flags) => {
    const calls = invocation.connect(roleFor(flags)).quarantine;
    const asked = {
      ...named(flags),
      ...(flags.user === undefined ? {} : { userId: flags.user }),
      withText: flags.text === true,
      withDecided: flags.all === true,
    };
    let unreadable = 0;
    const turns = await allPages(async (cursor) => {
      const page = await calls.listQuarantine({ ...asked, ...(cursor === undefined ? {} : { cursor }) });
      unreadable += page.unreadableCount;
      return { items: page.turns, nextCursor: page.nextCursor };
    });
    const head = ['id', 'said', 'source', 'reasons', 'state', ...(flags.text === true ? ['text'] : [])];
    const lines = turns.length === 0 ? ['nothing is held'] : table(head, turns.map(rowOf));
    const damaged = unreadable === 0 ? [] : [`${counted(unreadable, 'record')} damaged and left out`];
    return { json: { turns, unreadable }, lines: [...lines, ...damaged] };
  });
}

function addDecisions(shelf: Shelf, parent: Shelf['program']): void {
  const release = leaf(shelf, 'release <ids...>', { parent })
    .description('let turns become memories after all; the decision is written down with the key that made it')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, release, async (invocation, [ids], flags) => {
    const calls = invocation.connect(roleFor(flags)).quarantine;
    const released = [];
    for (const quarantineId of ids as unknown as readonly string[]) {
      released.push(await calls.releaseTurn({ quarantineId, ...named(flags) }));
    }
    const lines = [`released ${counted(released.length, 'turn')}`, ...released.map(({ token }) => `token ${token}`)];
    return { json: { released }, lines };
  });

  const reject = leaf(shelf, 'reject <ids...>', { parent })
    .description('keep turns out for good; they go when their time on the topic is over')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, reject, async (invocation, [ids], flags) => {
    const calls = invocation.connect(roleFor(flags)).quarantine;
    const rejected = [];
    for (const quarantineId of ids as unknown as readonly string[]) {
      rejected.push(await calls.rejectTurn({ quarantineId, ...named(flags) }));
    }
    return { json: { rejected }, lines: [`rejected ${counted(rejected.length, 'turn')}`] };
  });
}

function rowOf(turn: QuarantinedTurn): readonly string[] {
  const { quarantineId, occurredAt, sourceClass, reasons, decision, decidedBy, erased, text } = turn;
  const state = decision === undefined ? (erased ? 'erased' : 'held') : `${decision} by ${decidedBy ?? '?'}`;
  const shown = text === undefined ? [] : [oneLine(visible(text), TEXT_CHARS_MAX)];
  return [quarantineId, minute(occurredAt), sourceClass, reasons.join(', '), state, ...shown];
}

function visible(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character === '\n' ? ' ' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
