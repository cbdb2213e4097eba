import { InvalidInput, type PolicyField, type Tenant } from '@mneme/client';
import { policyPatch } from '../arguments.js';
import { count, wrapped } from '../format.js';
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
    const patch = policyPatch(changes as unknown as readonly string[]);
    const policyJson = JSON.stringify(patch);
    const tenant = await invocation.connect(roleFor(flags)).admin.setPolicy({ policyJson, ...named(flags) });
    return { ...resultOf(tenant), lines: changedLines(patch, policyOf(tenant)) };
  });

  const explain = leaf(shelf, 'explain [field]', { parent })
    .description(
      'each field, or those below one: its value, its default if that is another, what it may be and what it does; and what budgets were used today',
    )
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags>(shelf, explain, async (invocation, [field], flags) => {
    const answer = await invocation.connect(roleFor(flags)).admin.explainPolicy(named(flags));
    const fields = answer.fields.filter(({ name }) => field === undefined || isBelow(name, field));
    if (fields.length === 0) throw new InvalidInput(`the policy has no field ${field ?? ''}`, { field: 'field' });
    const { day = '', turns = 0, tokens = 0, resetsAt = '' } = answer.used ?? {};
    const used = `used on ${day}: ${count(turns)} turns, ${count(tokens)} tokens; budgets begin anew at ${resetsAt}`;
    return {
      json: { ...answer, fields },
      lines: [...fields.flatMap(explained), used],
    };
  });
}

const WIDTH = 100;
const INDENT = '    ';

/** A line with the value and what it may be, and below it what it does: all of it fits a terminal. */
function explained({ name, value, defaultValue, bounds, about }: PolicyField): readonly string[] {
  const other = defaultValue === value ? '' : ` (default ${defaultValue})`;
  const below = [bounds, about].filter((part) => part !== '').join('; ');
  const lines = [...wrapped(`${name} = ${value}${other}`, WIDTH), ...wrapped(below, WIDTH - INDENT.length)];
  return lines.map((line, i) => (i === 0 ? line : `${INDENT}${line}`));
}

function isBelow(name: string, field: string): boolean {
  return name === field || name.startsWith(`${field}.`);
}

/** What stands now where the patch changed something. */
function changedLines(patch: unknown, policy: unknown, path: readonly string[] = []): readonly string[] {
  const isWhole =
    typeof patch !== 'object' || patch === null || Array.isArray(patch) || Object.keys(patch).length === 0;
  if (isWhole) return path.length === 0 ? [] : [`${path.join('.')} is ${JSON.stringify(policy)} now`];
  const now = policy as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(patch).flatMap(([name, part]) => changedLines(part, now?.[name], [...path, name]));
}

function resultOf(answer: Tenant): CommandResult {
  const policy = policyOf(answer);
  const { policyJson: _text, ...tenant } = answer;
  return { json: { ...tenant, policy }, lines: JSON.stringify(policy, null, 2).split('\n') };
}

function policyOf({ policyJson }: Tenant): unknown {
  return JSON.parse(policyJson === '' ? '{}' : policyJson) as unknown;
}
