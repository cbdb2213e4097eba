import { type CommandResponse, type Connection, InvalidInput, waitUntilCurrent } from '@mneme/client';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface ChangeFlags {
  readonly user?: string;
  readonly ifVersion?: string;
  readonly turn?: string;
  readonly text?: string;
  readonly object?: string;
  readonly at?: string;
}

/** How long a command waits until it is known what came of it. */
const SETTLED_MS_MAX = 30_000;

/** Wishes about one memory: retract, correct, confirm, expire, importance. */
export function addChange(shelf: Shelf): void {
  const retract = changing(shelf, 'retract [memoryId]', 'take a memory away, with what was made of it').option(
    '--turn <id>',
    'in place of a memory: all that came of this turn',
  );
  does<ChangeFlags>(shelf, retract, async (invocation, [memoryId], { turn, ...flags }) => {
    const target = { ...(memoryId === undefined ? {} : { memoryId }), ...(turn === undefined ? {} : { turnId: turn }) };
    return given(invocation, flags, ({ commands }) => commands.retract({ ...shared(flags), ...target }));
  });

  const correct = changing(shelf, 'correct <memoryId>', 'replace what a memory says; what it said stays for AsOf')
    .option('--text <text>', 'what it should say')
    .option('--object <name>', 'of a fact: what should stand in place of the wrong name or value');
  does<ChangeFlags>(shelf, correct, async (invocation, [memoryId = ''], { text, object, ...flags }) => {
    if (text === undefined && object === undefined) {
      throw new InvalidInput('say what it should be: --text or --object', { field: 'text' });
    }
    const said = { ...(text === undefined ? {} : { text }), ...(object === undefined ? {} : { object }) };
    return given(invocation, flags, ({ commands }) => commands.correct({ ...shared(flags), memoryId, ...said }));
  });

  const confirm = changing(shelf, 'confirm <memoryId>', 'say that it still holds');
  does<ChangeFlags>(shelf, confirm, async (invocation, [memoryId = ''], flags) =>
    given(invocation, flags, ({ commands }) => commands.confirm({ ...shared(flags), memoryId })),
  );

  const expire = changing(shelf, 'expire <memoryId>', 'end a memory; AsOf keeps it').option(
    '--at <instant>',
    'when; absent: now',
  );
  does<ChangeFlags>(shelf, expire, async (invocation, [memoryId = ''], { at, ...flags }) => {
    const when = at === undefined ? {} : { expiresAt: at };
    return given(invocation, flags, ({ commands }) => commands.expire({ ...shared(flags), memoryId, ...when }));
  });
  addImportance(shelf);
}

function addImportance(shelf: Shelf): void {
  const importance = changing(
    shelf,
    'importance <memoryId> <critical|normal>',
    'make a memory critical, which audits leave alone and webhooks verify; or normal again',
  );
  does<ChangeFlags>(shelf, importance, async (invocation, [memoryId = '', wished = ''], flags) =>
    given(invocation, flags, ({ commands }) =>
      commands.setImportance({ ...shared(flags), memoryId, importance: wished }),
    ),
  );
}

/** Gives a command and waits for what comes of it; one that was refused by its owner is a bad outcome. */
export async function given(
  invocation: Invocation,
  { user }: { readonly user?: string },
  give: (connection: Connection) => Promise<CommandResponse>,
): Promise<CommandResult> {
  const connection = invocation.connect('agent');
  const answer = await give(connection);
  const speaking = user === undefined ? {} : { userId: user };
  const failed = await waitUntilCurrent(connection, { token: answer.token, waitMsMax: SETTLED_MS_MAX, ...speaking });
  const isRefused = failed.includes(answer.commandId);
  const state = isRefused ? 'refused: the memory was changed or taken away meanwhile; read it again' : 'done';
  return {
    json: { ...answer, state: isRefused ? 'refused' : 'done' },
    lines: [answer.repeated ? `${state} (this command had been given before)` : state],
    failed: isRefused,
  };
}

function changing(shelf: Shelf, usage: string, description: string) {
  return leaf(shelf, usage)
    .description(description)
    .option('--user <id>', 'the user to speak for')
    .option('--if-version <version>', 'only if this is still its version');
}

function shared({ user, ifVersion }: ChangeFlags) {
  return {
    ...(user === undefined ? {} : { userId: user }),
    ...(ifVersion === undefined ? {} : { version: ifVersion }),
  };
}
