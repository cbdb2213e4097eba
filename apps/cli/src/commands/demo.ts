import { join } from 'node:path';
import { readConversation, runDemo } from '@mneme/client';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { withService } from '../measuring.js';
import { CHECKOUT } from '../paths.js';
import { demoLines } from '../reports/demo-lines.js';

const EXAMPLE = join(CHECKOUT, 'examples', 'travel-desk.jsonl');

export function addDemo(shelf: Shelf): void {
  const command = leaf(shelf, 'demo')
    .description('play a conversation of three sessions, and show what is remembered of it (operator key)')
    .option('--file <file>', 'another conversation, in the form of examples/travel-desk.jsonl', EXAMPLE)
    .option('--own', 'start a service for it in a temporary directory, and remove it afterwards');
  does<{ file: string; own?: boolean }>(shelf, command, demo);
}

async function demo(
  invocation: Invocation,
  _words: readonly string[],
  { file, own }: { readonly file: string; readonly own?: boolean },
): Promise<CommandResult> {
  const sessions = await readConversation(file);
  const progress = invocation.progress('anywhere');
  const report = await withService(invocation, { own: own === true, profile: 'embedded' }, (service) =>
    runDemo({
      ...service,
      sessions,
      signal: invocation.terminal.signal,
      onProgress: (phase, done, total) => progress.update(phase, done, total),
    }),
  );
  progress.stop();
  return { json: report, lines: demoLines(report) };
}
