import { readFileSync } from 'node:fs';
import { InvalidInput, type Memory, type RecordProcedureRequest } from '@mneme/client';
import { integer } from '../arguments.js';
import { counted, minute, oneLine, plain, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { given } from './change.js';

interface ProcedureFlags {
  readonly user?: string;
  readonly scope?: string;
  readonly team?: string;
  readonly limit?: number;
}

const PAGE_MAX = 200;
const WIDTH = 100;

/** Ways to do a task. */
export function addProcedure(shelf: Shelf): void {
  const parent = shelf.program
    .command('procedure')
    .description('ways to do a task, found by the description of the task');

  const record = leaf(shelf, 'record <file>', { parent })
    .description('keep one, from a JSON file: {"task": …, "steps": [{"tool": …, "arguments": {…}}], "outcome": …}')
    .option('--user <id>', 'whose it is; absent: the tenant’s own')
    .option('--scope <scope>', 'agent (default), team, tenant or user')
    .option('--team <id>', 'for scope team');
  does<ProcedureFlags>(shelf, record, async (invocation, [file = ''], { user, scope, team }) => {
    const request = {
      ...toldIn(file),
      ...(user === undefined ? {} : { userId: user }),
      ...(scope === undefined ? {} : { scope }),
      ...(team === undefined ? {} : { teamId: team }),
    };
    return given(invocation, user === undefined ? {} : { user }, ({ commands }) => commands.recordProcedure(request));
  });

  const show = leaf(shelf, 'show <memoryId>', { parent })
    .description('one, with its steps')
    .option('--user <id>', 'the user to speak for');
  does<ProcedureFlags>(shelf, show, async (invocation, [memoryId = ''], { user }) => {
    const speaking = user === undefined ? {} : { userId: user };
    const memory = await invocation.connect('agent').retrieval.getMemory({ memoryId, ...speaking });
    const lines = [...plain(memory.text).split('\n'), `Confidence: ${memory.confidence}`, `Scope: ${memory.scope}`];
    return { json: memory, lines };
  });

  const list = leaf(shelf, 'list', { parent })
    .description('all that the key may read, newest first')
    .option('--user <id>', 'the user to speak for')
    .option('--limit <procedures>', 'how many', integer(1, PAGE_MAX));
  does<ProcedureFlags>(shelf, list, async (invocation, _words, { user, limit }) => {
    const { memories } = await invocation.connect('agent').retrieval.listMemories({
      filters: [{ field: 'kind', op: 'in', values: ['procedure'] }],
      ...(user === undefined ? {} : { userId: user }),
      ...(limit === undefined ? {} : { pageSize: limit }),
    });
    return {
      json: { memories },
      lines: [...table(['', '', '', ''], memories.map(rowOf)), counted(memories.length, 'procedure')],
    };
  });
}

function rowOf({ memoryId, occurredAt, confidence, text }: Memory): string[] {
  return [memoryId, minute(occurredAt), String(confidence), oneLine(text.replace(/^Task: /, ''), WIDTH)];
}

function jsonIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInput(`${file} cannot be read`, { field: 'file', cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidInput(`${file} is not JSON`, { field: 'file', cause });
  }
}

/** The service checks what it says; that it is one JSON object is checked here. */
function toldIn(file: string): RecordProcedureRequest {
  const json = jsonIn(file);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidInput('the file holds one JSON object with task, steps and outcome', { field: 'file' });
  }
  const { task, steps, outcome } = json as Partial<Record<'task' | 'steps' | 'outcome', unknown>>;
  return {
    task: String(task ?? ''),
    outcome: String(outcome ?? ''),
    steps: Array.isArray(steps) ? steps.map(stepOf) : [],
  };
}

// Arguments are given as an object or as its text; they travel as text.
function stepOf(step: {
  tool?: unknown;
  arguments?: unknown;
  note?: unknown;
}): RecordProcedureRequest['steps'][number] {
  const { tool, arguments: given, note } = step;
  const text = given === undefined || typeof given === 'string' ? given : JSON.stringify(given);
  return {
    tool: String(tool ?? ''),
    ...(text === undefined ? {} : { arguments: text }),
    ...(note === undefined ? {} : { note: String(note) }),
  };
}
