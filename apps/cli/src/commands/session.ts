import type { Memory, ResumeResponse, SessionState, SessionTurn } from '@mneme/client';
import { integer } from '../arguments.js';
import { counted, minute, oneLine, plain, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface UserFlags {
  readonly user?: string;
}

interface StateFlags extends UserFlags {
  readonly working?: boolean;
  readonly expect?: string;
  readonly team?: string;
}

interface HandOffFlags extends UserFlags {
  readonly note: string;
  readonly toAgent?: string;
  readonly toTeam?: string;
  readonly state?: string;
  readonly expect?: string;
  readonly minutes?: number;
}

const TURNS_MAX = 200;
const MEMORIES_MAX = 50;
const MINUTES_MAX = 1_440;
const WIDTH = 120;
const USER_HELP = 'the user to speak for';
const EXPECT_HELP = 'write only over this revision; 0: only where nothing is';

/** `session show|state|hand-off|resume|end`; `session NAME` alone shows it. */
export function addSession(shelf: Shelf): void {
  const parent = shelf.program.command('session').description('an open conversation: its turns, its task, who has it');
  addShow(shelf, parent);
  addState(shelf, parent);
  addHandOff(shelf, parent);
  addResume(shelf, parent);
  addEnd(shelf, parent);
}

function addShow(shelf: Shelf, parent: Shelf['program']): void {
  const command = leaf(shelf, 'show <session>', { parent, isDefault: true })
    .description('the last turns, oldest first, and the state of the task')
    .option('--user <id>', USER_HELP)
    .option('--limit <turns>', 'how many', integer(1, TURNS_MAX));
  does<UserFlags & { limit?: number }>(shelf, command, async (invocation, [session = ''], { user, limit }) => {
    const { retrieval, sessions } = invocation.connect('agent');
    const named = { session, ...speaking(user) };
    const { turns } = await retrieval.getSession({ ...named, ...(limit === undefined ? {} : { limit }) });
    const { state } = await sessions.getTaskState(named);
    const json = { turns, ...(state === undefined ? {} : { task: state }) };
    return { json, lines: [...turnLines(turns), counted(turns.length, 'turn'), ...taskLines(state)] };
  });
}

function addState(shelf: Shelf, parent: Shelf['program']): void {
  const command = leaf(shelf, 'state <session> [json]', { parent })
    .description("the state of the session's task; with a JSON object: replaces it")
    .option('--user <id>', USER_HELP)
    .option('--working', "the calling agent's own state instead, which no other agent reads")
    .option('--expect <revision>', EXPECT_HELP)
    .option('--team <id>', 'of a session without a user: the team that may read it');
  does<StateFlags>(shelf, command, async (invocation, [session = '', stateJson], flags) => {
    const { sessions } = invocation.connect('agent');
    const named = { session, ...speaking(flags.user) };
    if (stateJson === undefined) {
      const get = flags.working === true ? sessions.getWorkingState : sessions.getTaskState;
      const { state } = await get(named);
      return {
        json: { ...(state === undefined ? {} : { state }) },
        lines: state === undefined ? [] : stateLines(state),
      };
    }
    const set = flags.working === true ? sessions.setWorkingState : sessions.setTaskState;
    const team = flags.team === undefined ? {} : { teamId: flags.team };
    const written = await set({ ...named, stateJson, ...expecting(flags.expect), ...team });
    return { json: written, lines: [`revision ${written.revision}`] };
  });
}

function addHandOff(shelf: Shelf, parent: Shelf['program']): void {
  const command = leaf(shelf, 'hand-off <session>', { parent })
    .description('leave the session to another agent or to a team; prints the token that it is resumed with')
    .requiredOption('--note <text>', 'what the receiver should know')
    .option('--user <id>', USER_HELP)
    .option('--to-agent <id>', 'who takes over')
    .option('--to-team <id>', 'or: any agent of this team')
    .option('--state <json>', "replaces the task's state")
    .option('--expect <revision>', EXPECT_HELP)
    .option('--minutes <minutes>', 'how long the token holds', integer(1, MINUTES_MAX));
  does<HandOffFlags>(shelf, command, async (invocation, [session = ''], flags) => {
    const { user, note, toAgent, toTeam, state, expect, minutes } = flags;
    const answer = await invocation.connect('agent').sessions.handOff({
      session,
      ...speaking(user),
      note,
      ...(toAgent === undefined ? {} : { toAgent }),
      ...(toTeam === undefined ? {} : { toTeam }),
      ...(state === undefined ? {} : { stateJson: state }),
      ...expecting(expect),
      ...(minutes === undefined ? {} : { expiresInMinutes: minutes }),
    });
    return { json: answer, lines: [answer.resumeToken, `until ${minute(answer.expiresAt)}`] };
  });
}

function addResume(shelf: Shelf, parent: Shelf['program']): void {
  const command = leaf(shelf, 'resume <token>', { parent })
    .description('go on with a session that was handed to this agent')
    .option('--turns <turns>', 'last turns', integer(1, TURNS_MAX))
    .option('--memories <memories>', 'of the session, and of the teams', integer(1, MEMORIES_MAX));
  does<{ turns?: number; memories?: number }>(shelf, command, async (invocation, [resumeToken = ''], flags) => {
    const { turns, memories } = flags;
    const answer = await invocation.connect('agent').sessions.resume({
      resumeToken,
      ...(turns === undefined ? {} : { turns }),
      ...(memories === undefined ? {} : { memories }),
    });
    return { json: answer, lines: resumedLines(answer) };
  });
}

function addEnd(shelf: Shelf, parent: Shelf['program']): void {
  const command = leaf(shelf, 'end <session>', { parent })
    .description('the session is over, for now: what was kept of it is summed up')
    .option('--user <id>', USER_HELP)
    .option('--wait', 'until the summary can be read, and print it');
  does<UserFlags & { wait?: boolean }>(shelf, command, (invocation, [session = ''], flags) =>
    end(invocation, session, flags),
  );
}

async function end(
  invocation: Invocation,
  session: string,
  { user, wait }: UserFlags & { readonly wait?: boolean },
): Promise<CommandResult> {
  const { sessions, retrieval } = invocation.connect('agent');
  const named = { session, ...speaking(user) };
  const ended = await sessions.endSession(named);
  const { token } = ended;
  const lines = [
    ended.state === 'empty' ? 'no turn of it is there' : `ended after ${counted(ended.turnCount, 'turn')}`,
  ];
  if (wait !== true || token === undefined) return { json: ended, lines };
  const filters = [
    { field: 'kind', op: 'in', values: ['summary'] },
    { field: 'session', op: 'in', values: [session] },
  ];
  const page = await retrieval.listMemories({ ...speaking(user), filters, pageSize: 1, waitFor: { token } });
  const [summary] = page.memories;
  const told = summary === undefined ? ['too little was kept of it to sum up'] : plain(summary.text).split('\n');
  return {
    json: { ...ended, freshness: page.freshness, ...(summary === undefined ? {} : { summary }) },
    lines: [...lines, ...told],
  };
}

function resumedLines({
  handOff,
  task,
  turns,
  sessionMemories,
  teamMemories,
  session,
}: ResumeResponse): readonly string[] {
  return [
    `session ${plain(session)}, from ${plain(handOff?.fromAgent ?? '')}, ${minute(handOff?.handedAt ?? '')}`,
    ...plain(handOff?.note ?? '').split('\n'),
    ...taskLines(task),
    ...turnLines(turns),
    ...memoryLines('of the session', sessionMemories),
    ...memoryLines('of the teams', teamMemories),
  ];
}

function taskLines(state: SessionState | undefined): readonly string[] {
  return state === undefined ? [] : ['task', ...stateLines(state).map((line) => `  ${line}`)];
}

function stateLines({ stateJson, revision, agentId, writtenAt }: SessionState): readonly string[] {
  return [...plain(stateJson).split('\n'), `revision ${revision}, ${plain(agentId)}, ${minute(writtenAt)}`];
}

function turnLines(turns: readonly SessionTurn[]): readonly string[] {
  const rows = turns.map((turn) => [
    minute(turn.occurredAt),
    oneLine(turn.speakerName ?? turn.role, WIDTH),
    oneLine(turn.content, WIDTH),
  ]);
  return table(['', '', ''], rows);
}

function memoryLines(title: string, memories: readonly Memory[]): readonly string[] {
  if (memories.length === 0) return [];
  const rows = memories.map(({ kind, occurredAt, text }) => [kind, minute(occurredAt), oneLine(text, WIDTH)]);
  return [title, ...table(['', '', ''], rows).map((line) => `  ${line}`)];
}

function expecting(revision: string | undefined) {
  return revision === undefined ? {} : { expectedRevision: revision };
}

function speaking(userId: string | undefined) {
  return userId === undefined ? {} : { userId };
}
