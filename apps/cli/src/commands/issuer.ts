import { collected, share } from '../arguments.js';
import { minute, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

interface AllowFlags extends TenantFlags {
  readonly right: readonly string[];
  readonly minTrust?: number;
}

/** Issuers of tokens that a tenant takes beside its keys. */
export function addIssuer(shelf: Shelf): void {
  const parent = shelf.program.command('issuer').description('issuers whose tokens a tenant takes beside its keys');

  const allow = leaf(shelf, 'allow <issuer>', { parent })
    .description('take the tokens of an issuer, with these rights at most; again replaces them')
    .requiredOption('--right <right>', 'ingest, recall, on-behalf-of, publish, erase or admin; repeatable', collected)
    .option('--min-trust <share>', 'its tokens read nothing below, 0 to 1', share)
    .option('--tenant <id>', TENANT_HELP);
  does<AllowFlags>(shelf, allow, async (invocation, [issuer = ''], { right, minTrust, ...flags }) => {
    const limits = minTrust === undefined ? {} : { minTrust };
    const request = { issuer, rights: [...right], ...limits, ...named(flags) };
    const allowed = await invocation.connect(roleFor(flags)).admin.allowIssuer(request);
    return { json: allowed, lines: [`tokens of ${allowed.issuer} may at most: ${allowed.rights.join(', ')}`] };
  });

  const list = leaf(shelf, 'list', { parent }).description('list issuers').option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, list, async (invocation, _words, flags) => {
    const { issuers } = await invocation.connect(roleFor(flags)).admin.listIssuers(named(flags));
    const rows = issuers.map((one) => [one.issuer, one.rights.join(','), `${one.minTrust}`, minute(one.createdAt)]);
    return { json: { issuers }, lines: table(['issuer', 'rights at most', 'min trust', 'since'], rows) };
  });

  const remove = leaf(shelf, 'remove <issuer>', { parent })
    .description('take its tokens no longer, from their next call on')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, remove, async (invocation, [issuer = ''], flags) => {
    await invocation.connect(roleFor(flags)).admin.removeIssuer({ issuer, ...named(flags) });
    return { json: { issuer, removed: true }, lines: [`tokens of ${issuer} are no longer taken`] };
  });
}
