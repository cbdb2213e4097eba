import { CommanderError } from 'commander';
import { isMemoryError, type Refusal, refusalOfError } from '@mneme/client';
import type { CommandResult } from './invocation.js';
import { buildProgram } from './program.js';
import type { Terminal } from './terminal.js';

/** Exit codes: 0 done, 1 failed, 2 wrong usage; `serve` gives its child's. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const finish = (result: CommandResult, asJson: boolean) => {
    if (asJson) writeJson(terminal, result.json);
    else if (result.lines.length > 0) terminal.stdout.write(`${result.lines.join('\n')}\n`);
    exitCode = result.exitCode ?? (result.failed === true ? 1 : 0);
  };
  // A guess for what goes wrong before a command begins.
  let json = words.includes('--json');
  const begin = (known: boolean) => void (json = known);
  const usage: string[] = [];
  const program = buildProgram({ terminal, begin, finish, onUsageError: (text) => usage.push(text) });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, { terminal, json, text: usage.join('') });
    reportError(error, { terminal, json });
    return 1;
  }
  return exitCode;
}

interface Report {
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** Help and version end the parsing too, and are no errors. */
function endOfParsing(error: CommanderError, { terminal, json, text }: Report & { readonly text: string }): number {
  if (error.exitCode === 0) return 0;
  if (json) writeJson(terminal, { error: { code: 'usage', message: text.split('\n')[0]?.replace(/^error: /, '') } });
  else terminal.stderr.write(text);
  return 2;
}

function reportError(error: unknown, { terminal, json }: Report): void {
  const failure = failureOf(error, terminal);
  if (json) {
    writeJson(terminal, { error: failure });
    return;
  }
  const { message, field, limit, sent, index } = failure;
  const details = Object.entries({ field, limit, sent, index }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  terminal.stderr.write(`error: ${message}${details.length === 0 ? '' : ` (${details.join(', ')})`}\n`);
}

function failureOf(error: unknown, terminal: Terminal): Refusal {
  if (terminal.signal.aborted) return { code: 'interrupted', message: 'interrupted' };
  if (isMemoryError(error)) return refusalOfError(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `this should not have happened: ${message}` };
}

function writeJson(terminal: Terminal, document: unknown): void {
  terminal.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
