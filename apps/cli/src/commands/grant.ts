import { minute, table } from '../format.js';
import type { Shelf } from '../leaf.js';
import { named, type TenantFlags } from '../tenant-choice.js';
import { entryOf } from './organisation.js';

interface GrantFlags extends TenantFlags {
  readonly reader: string;
  readonly owner: string;
}

/** Grants: which department may read the records of which. */
export function addGrant(shelf: Shelf): void {
  const parent = shelf.program.command('grant').description("which department may read another's records");
  const sides = (command: Shelf['program']) =>
    command
      .requiredOption('--reader <department>', 'whose agents may read')
      .requiredOption('--owner <department>', 'whose records they may read');
  entryOf<GrantFlags>(shelf, parent, {
    usage: 'create',
    about: "let one department's agents read another's records, from their next request on; one way",
    options: sides,
    work: async (calls, _words, { reader, owner, ...flags }) => {
      const grant = await calls.createGrant({ reader, owner, ...named(flags) });
      return { json: grant, lines: [`${grant.reader} may read the records of ${grant.owner}`] };
    },
  });
  entryOf(shelf, parent, {
    usage: 'list',
    about: 'list grants',
    work: async (calls, _words, flags) => {
      const { grants } = await calls.listGrants(named(flags));
      const rows = grants.map(({ reader, owner, createdAt }) => [reader, owner, minute(createdAt)]);
      return { json: { grants }, lines: table(['reader', 'owner', 'created'], rows) };
    },
  });
  entryOf<GrantFlags>(shelf, parent, {
    usage: 'remove',
    about: 'take a grant back, from the next request on',
    options: sides,
    work: async (calls, _words, { reader, owner, ...flags }) => {
      await calls.removeGrant({ reader, owner, ...named(flags) });
      return {
        json: { reader, owner, removed: true },
        lines: [`${reader} may no longer read the records of ${owner}`],
      };
    },
  });
}
