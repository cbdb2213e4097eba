import { setTimeout as sleep } from 'node:timers/promises';
import { type AuditFinding, type Connection, InvalidInput, type MemoryAudit, NotFound } from '@mneme/client';
import { count, minute, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

interface AuditFlags extends TenantFlags {
  readonly aim?: string;
  readonly dryRun?: boolean;
  readonly run?: string;
  readonly resume?: boolean;
  readonly stop?: string;
  readonly list?: boolean;
  readonly wait?: boolean;
}

const POLL_MS = 250;
const UNDER_WAY = ['looking', 'running'];

/** Audits of memories: what is old and little used, and what says the same twice. */
export function addAuditMemories(shelf: Shelf): void {
  const command = leaf(shelf, 'audit-memories')
    .description('find memories that are old and little used, or told twice: a dry run, then the run of it')
    .option('--dry-run', 'count what would be done, and change nothing (what happens when nothing else is said)')
    .option('--aim <aim>', 'age or duplicates')
    .option('--run <auditId>', 'do what a dry run found')
    .option('--resume', 'go on with the audit that was stopped or cut short')
    .option('--stop <auditId>', 'stop an audit, whether it looks or runs')
    .option('--list', 'audits, the newest first')
    .option('--no-wait', 'do not follow it to its end')
    .option('--tenant <id>', TENANT_HELP);
  does<AuditFlags>(shelf, command, audit);
}

async function audit(invocation: Invocation, _words: readonly string[], flags: AuditFlags): Promise<CommandResult> {
  const chosen = [flags.run, flags.stop, flags.resume, flags.list, flags.dryRun].filter((flag) => flag !== undefined);
  if (chosen.length > 1) {
    throw new InvalidInput('say one of --dry-run, --run, --resume, --stop and --list', { field: 'run' });
  }
  const { maintenance } = invocation.connect(roleFor(flags));
  if (flags.list === true) return listed(await maintenance.listAudits(named(flags)));
  if (flags.stop !== undefined) return resultOf(await maintenance.stopAudit({ auditId: flags.stop, ...named(flags) }));
  const begun = await begin(maintenance, flags);
  const ended = flags.wait === false ? begun : await followed(invocation, maintenance, { begun, flags });
  if (ended.state !== 'ready') return resultOf(ended);
  const page = await maintenance.listAuditFindings({ auditId: ended.auditId, ...named(flags) });
  return resultOf(ended, page.findings);
}

async function begin(maintenance: Connection['maintenance'], flags: AuditFlags): Promise<MemoryAudit> {
  if (flags.run !== undefined) return maintenance.runAudit({ auditId: flags.run, ...named(flags) });
  if (flags.resume !== true) {
    return maintenance.startAudit({ ...(flags.aim === undefined ? {} : { aim: flags.aim }), ...named(flags) });
  }
  const { audits } = await maintenance.listAudits(named(flags));
  const open = audits.find(({ state }) => state === 'stopped' || UNDER_WAY.includes(state));
  if (open === undefined) throw new NotFound('no audit was stopped or cut short', { field: 'resume' });
  return open.state === 'stopped' ? maintenance.runAudit({ auditId: open.auditId, ...named(flags) }) : open;
}

async function followed(
  { progress: progressOf, terminal }: Invocation,
  maintenance: Connection['maintenance'],
  { begun, flags }: { readonly begun: MemoryAudit; readonly flags: AuditFlags },
): Promise<MemoryAudit> {
  const progress = progressOf('terminal');
  let current = begun;
  while (UNDER_WAY.includes(current.state)) {
    const { state, looked, ran } = current;
    const done = (state === 'looking' ? looked : ran)?.memories ?? 0;
    // Of a dry run nobody knows the end before it is there.
    progress.update(state, done, state === 'looking' ? done : (looked?.memories ?? done));
    await sleep(POLL_MS, undefined, { signal: terminal.signal });
    current = await maintenance.getAudit({ auditId: current.auditId, ...named(flags) });
  }
  progress.stop();
  return current;
}

function resultOf(audit: MemoryAudit, examples: readonly AuditFinding[] = []): CommandResult {
  const { auditId, aim, state, looked, ran } = audit;
  const counts = state === 'looking' || state === 'ready' ? looked : ran;
  const { memories = 0, findings = [], given = 0, refused = 0, leftOut = 0 } = counts ?? {};
  const rows = findings.map((one) => [one.kind, one.action, one.reason, count(one.count)]);
  const shown = examples.map((one) => [one.memoryId, one.action, one.reason, one.mergedInto ?? '']);
  return {
    json: { audit, examples },
    failed: state === 'failed',
    lines: [
      `audit ${auditId} (${aim}): ${state}${audit.failure === undefined ? '' : `, ${audit.failure}`}`,
      `${count(memories)} memories looked at; ${count(given)} commands given, ${count(refused)} refused`,
      ...(leftOut === 0 ? [] : [`${count(leftOut)} left out: more of one user than are compared`]),
      ...(rows.length === 0 ? ['nothing found'] : table(['kind', 'action', 'reason', 'memories'], rows)),
      ...(shown.length === 0 ? [] : ['', ...table(['for example', 'action', 'reason', 'merged into'], shown)]),
      ...(state === 'ready' && rows.length > 0 ? ['', `do it with: mneme audit-memories --run ${auditId}`] : []),
    ],
  };
}

function listed({ audits }: { readonly audits: readonly MemoryAudit[] }): CommandResult {
  const rows = audits.map((one) => [one.auditId, one.aim, one.state, minute(one.startedAt)]);
  return { json: { audits }, lines: table(['audit', 'aim', 'state', 'begun'], rows) };
}
