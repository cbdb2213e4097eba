import { createInterface } from 'node:readline/promises';
import { type ErasureReport, InvalidInput, waitUntilErased } from '@mneme/client';
import { count, minute, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface EraseFlags {
  readonly basis: string;
  readonly wait?: boolean;
  readonly yes?: boolean;
}

const WAIT_MS_MAX = 30 * 60_000;
const POLL_MS = 500;

export function addErasure(shelf: Shelf): void {
  const command = leaf(shelf, 'erase <user>')
    .description("take a user's data out of every store and topic; it cannot be undone")
    .requiredOption('--basis <text>', 'why: gdpr-17, a ticket')
    .option('--wait', 'follow it to its last step')
    .option('--yes', 'do not ask (needed where nobody can be asked)');
  does<EraseFlags>(shelf, command, erase);

  const look = leaf(shelf, 'erasures [erasureId]').description('where erasures stand, the newest first');
  does(shelf, look, async (invocation, [erasureId]) => {
    const { erasure } = invocation.connect('agent');
    if (erasureId !== undefined) return resultOf(await erasure.getErasure({ erasureId }));
    const { erasures } = await erasure.listErasures({});
    const rows = erasures.map((one) => [one.erasureId, one.step, one.verdict ?? '', minute(one.requestedAt)]);
    return { json: { erasures }, lines: table(['erasure', 'step', 'verdict', 'requested'], rows) };
  });

  const enrol = leaf(shelf, 'enrol <user>').description('open an erased user again, under a new key');
  does(shelf, enrol, async (invocation, [userId = '']) => {
    const { epoch } = await invocation.connect('agent').erasure.enrolUser({ userId });
    return { json: { epoch }, lines: [`enrolled again, epoch ${epoch}`] };
  });

  const hold = leaf(shelf, 'hold <user>')
    .description('forbid the erasure of a user, or allow it again')
    .option('--name <name>', 'name of the legal hold')
    .option('--lift', 'lift the hold');
  does<{ name?: string; lift?: boolean }>(shelf, hold, async (invocation, [userId = ''], { name, lift }) => {
    if ((name === undefined) === (lift === undefined)) {
      throw new InvalidInput('say either --name <name> or --lift', { field: 'name' });
    }
    const request = { userId, ...(name === undefined ? {} : { name }) };
    await invocation.connect('agent').erasure.setLegalHold(request);
    return { json: { held: lift !== true }, lines: [lift === true ? 'the hold is lifted' : 'held'] };
  });
}

async function erase(
  invocation: Invocation,
  [userId = '']: readonly string[],
  flags: EraseFlags,
): Promise<CommandResult> {
  await confirm(invocation, flags);
  const connection = invocation.connect('agent');
  const first = await connection.erasure.eraseUser({ userId, legalBasis: flags.basis });
  if (flags.wait !== true) {
    const { json, lines } = resultOf(first);
    return { json, lines: [...lines, `it goes on; follow it with: mneme erasures ${first.erasureId}`] };
  }
  let shown = 0;
  const report = await waitUntilErased(connection, first, {
    waitMsMax: WAIT_MS_MAX,
    pollMs: POLL_MS,
    signal: invocation.terminal.signal,
    onStep: ({ steps }) => {
      for (const { step, takenAt } of steps.slice(shown)) invocation.note(`${takenAt}  ${step}`);
      shown = steps.length;
    },
  });
  return resultOf(report);
}

async function confirm({ terminal, json }: Invocation, flags: EraseFlags): Promise<void> {
  if (flags.yes === true) return;
  if (json || terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) {
    throw new InvalidInput('nobody can be asked here: say --yes to erase', { field: 'yes' });
  }
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await reader.question('Erase this user from every store, for good? Type "erase": ', {
      signal: terminal.signal,
    });
    if (answer.trim() !== 'erase') throw new InvalidInput('not erased');
  } finally {
    reader.close();
  }
}

function resultOf(report: ErasureReport): CommandResult {
  const { erasureId, step, done, verdict, dueAt, outOfReach } = report;
  const rows = report.steps.map(({ step: name, takenAt, counts }) => [
    name,
    takenAt,
    counts
      .filter((place) => place.count > 0)
      .map(
        (place) => `${place.place} ${count(place.count)}${place.goneBy === undefined ? '' : ` until ${place.goneBy}`}`,
      )
      .join(', '),
  ]);
  return {
    json: report,
    lines: [
      `erasure ${erasureId}: ${done ? `done, ${verdict ?? ''}` : `at "${step}", due ${minute(dueAt)}`}`,
      ...table(['', '', ''], rows).map((line) => `  ${line}`),
      ...(done && outOfReach.length > 0 ? ['out of its reach:', ...outOfReach.map((text) => `  ${text}`)] : []),
    ],
    failed: verdict === 'incident',
  };
}
