import type { Command } from 'commander';
import { type CommandResult, type Invocation, invocationOf } from './invocation.js';
import type { Terminal } from './terminal.js';

/** Where commands are added, and where their results go. */
export interface Shelf {
  readonly program: Command;
  readonly terminal: Terminal;
  /** A command begins: from here on it is known whether `--json` is in force. */
  readonly begin: (json: boolean) => void;
  readonly finish: (result: CommandResult, json: boolean) => void;
}

export interface LeafOptions {
  /** `--json` may name a file to write to. */
  readonly jsonFile?: boolean;
  readonly parent?: Command;
  /** Runs when the parent is given none of its commands by name. */
  readonly isDefault?: boolean;
}

/** A command of its own: every one knows `--json`. */
export function leaf(shelf: Shelf, usage: string, options: LeafOptions = {}) {
  const { jsonFile = false, parent = shelf.program, isDefault = false } = options;
  const command = parent.command(usage, { isDefault });
  if (jsonFile) command.option('--json [file]', 'print one JSON document and nothing else, or write it to a file');
  else command.option('--json', 'print one JSON document and nothing else');
  return command;
}

/** What the command does; `words` are its arguments, `flags` its own options. */
export function does<F>(
  shelf: Shelf,
  command: Command,
  work: (invocation: Invocation, words: readonly string[], flags: F) => Promise<CommandResult>,
): void {
  command.action(async () => {
    const invocation = invocationOf(shelf.terminal, command);
    shelf.begin(invocation.json);
    try {
      const words = command.processedArgs as readonly string[];
      const result = await work(invocation, words, command.opts() as F);
      invocation.end();
      shelf.finish(result, invocation.json);
    } finally {
      invocation.end();
    }
  });
}
