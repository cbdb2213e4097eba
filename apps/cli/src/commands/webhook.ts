import type { Webhook, WebhookKey } from '@mneme/client';
import { minute } from '../format.js';
import type { CommandResult } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

/** Where critical memories are verified against a tenant's source of truth. */
export function addWebhook(shelf: Shelf): void {
  const parent = shelf.program
    .command('webhook')
    .description('where critical memories are verified, docs/maintenance.md');

  const set = leaf(shelf, 'set <url>', { parent })
    .description('set it, with a new key')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, set, async (invocation, [url = ''], flags) =>
    keyResult(await invocation.connect(roleFor(flags)).maintenance.setWebhook({ url, ...named(flags) })),
  );

  const rotate = leaf(shelf, 'rotate', { parent }).description('make a new key').option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, rotate, async (invocation, _words, flags) =>
    keyResult(await invocation.connect(roleFor(flags)).maintenance.rotateWebhookKey(named(flags))),
  );

  const show = leaf(shelf, 'show', { parent }).description('what is set').option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, show, async (invocation, _words, flags) => {
    const webhook = await invocation.connect(roleFor(flags)).maintenance.getWebhook(named(flags));
    return { json: webhook, lines: [lineOf(webhook)] };
  });

  const remove = leaf(shelf, 'remove', { parent })
    .description('verify nothing any more')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, remove, async (invocation, _words, flags) => {
    const { removed } = await invocation.connect(roleFor(flags)).maintenance.removeWebhook(named(flags));
    return { json: { removed }, lines: [removed ? 'removed' : 'there was none'] };
  });
}

function keyResult({ webhook, key }: WebhookKey): CommandResult {
  const lines = webhook === undefined ? [] : [lineOf(webhook)];
  return { json: { webhook, key }, lines: [...lines, key, 'keep it now: it is not shown again'] };
}

function lineOf({ url, keyNumber, createdAt }: Webhook): string {
  return `${url}, key ${keyNumber} of ${minute(createdAt)}`;
}
