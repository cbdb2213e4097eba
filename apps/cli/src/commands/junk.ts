import { count, minute, percent, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

/** How much of what a tenant keeps is of no use. */
export function addJunk(shelf: Shelf): void {
  const command = leaf(shelf, 'junk')
    .description('how much of what is kept is of no use, and why turns were dropped')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, command, async (invocation, _words, flags) => {
    const junk = await invocation.connect(roleFor(flags)).maintenance.getJunk(named(flags));
    const { memories, duplicates, duplicatesAsOf = '' } = junk;
    const row = (name: string, value: number) => [name, count(value), memories === 0 ? '' : percent(value / memories)];
    const rows = [
      ['memories', count(memories), ''],
      row('never recalled', junk.neverRecalled),
      row('stale', junk.stale),
      row('below what recall returns', junk.hidden),
      ...(duplicates === undefined ? [] : [row(`duplicates, ${minute(duplicatesAsOf)}`, duplicates)]),
    ];
    const dropped = junk.dropped.map(({ reason, count: turns }) => [reason, count(turns)]);
    const unknown = duplicates === undefined ? ['duplicates: run mneme audit-memories --aim duplicates'] : [];
    const more = junk.droppedIsTruncated ? ['older ones are left out'] : [];
    return {
      json: junk,
      lines: [
        ...table(['', '', ''], rows),
        ...unknown,
        ...(dropped.length === 0 ? [] : ['', ...table(['dropped for', 'turns'], dropped)]),
        ...more,
      ],
    };
  });
}
