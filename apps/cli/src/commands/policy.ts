import type { Tenant } from '@mneme/client';
import { policyPatch } from '../arguments.js';
import { count, table } from '../format.js';
import type { CommandResult } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

/** What a tenant may set, in force without a restart. */
export function addPolicy(shelf: Shelf): void {
  const parent = shelf.program.command('policy').description('what a tenant may set: thresholds, retention, budgets');

  const show = leaf(shelf, 'show', { parent }).description('the policy as JSON').option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, show, async (invocation, _words, flags) =>
    resultOf(await invocation.connect(roleFor(flags)).admin.getPolicy(named(flags))),
  );

  const set = leaf(shelf, 'set <changes...>', { parent })
    .description('change fields: similarityMin=0.8 budgets.turnsPerDay=1000, or one JSON object')
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, set, async (invocation, [changes], flags) => {
    const policyJson = JSON.stringify(policyPatch(changes as unknown as readonly string[]));
    return resultOf(await invocation.connect(roleFor(flags)).admin.setPolicy({ policyJson, ...named(flags) }));
  });

  const explain = leaf(shelf, 'explain', { parent })
    .description(
      'each field: its value, its default, what it may be and what it does; and what budgets were used today',
    )
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, explain, async (invocation, _words, flags) => {
    const answer = await invocation.connect(roleFor(flags)).admin.explainPolicy(named(flags));
    const rows = answer.fields.map((one) => [one.name, one.value, one.defaultValue, one.bounds, one.about]);
    const { day = '', turns = 0, tokens = 0, resetsAt = '' } = answer.used ?? {};
    const used = `used on ${day}: ${count(turns)} turns, ${count(tokens)} tokens; budgets begin anew at ${resetsAt}`;
    return { json: answer, lines: [...table(['field', 'value', 'default', 'may be', 'what it does'], rows), used] };
  });
}

function resultOf({ policyJson, ...tenant }: Tenant): CommandResult {
  const policy = JSON.parse(policyJson === '' ? '{}' : policyJson) as unknown;
  return { json: { ...tenant, policy }, lines: JSON.stringify(policy, null, 2).split('\n') };
}
