import { resolve } from 'node:path';
import type { Command } from 'commander';
import { connect, type Connection, type KeyRole, locate, type Location, type TlsOptions } from '@mneme/client';
import { type Progress, progressOn } from './progress.js';
import type { Terminal } from './terminal.js';
import { type TlsFlags, tlsOptionsOf } from './tls-files.js';

/** What a command came to: the whole of it as data, and the short of it as lines. */
export interface CommandResult {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** The work was done, and its outcome is bad: a digest that differs, lines that were refused. */
  readonly failed?: boolean;
  /** The exit code of a child that the command ran. */
  readonly exitCode?: number;
}

export interface GlobalFlags extends TlsFlags {
  readonly address?: string;
  readonly key?: string;
  readonly dataDir?: string;
}

/** Where the service is, and how it is spoken to. */
export type Located = Location & { readonly tls?: TlsOptions | undefined };

/** One run of a command. */
export interface Invocation {
  readonly terminal: Terminal;
  /** `--json` without a file: nothing but one document goes to standard output. */
  readonly json: boolean;
  /** For people: goes to standard error, and nowhere under `--json`. */
  note(text: string): void;
  /** A connection that is closed when the command ends. */
  connect(role: KeyRole): Connection;
  locate(role: KeyRole): Located;
  readonly dataDirectory: string;
  /** Phases are told elsewhere than on a terminal too, unless the work is over in a moment. */
  progress(where: 'terminal' | 'anywhere'): Progress;
}

const DATA_DIRECTORY = '.mneme';

export function invocationOf(terminal: Terminal, command: Command): Invocation & { end(): void } {
  const flags = command.optsWithGlobals<GlobalFlags & { json?: boolean | string }>();
  const json = flags.json === true;
  const closing: (() => void)[] = [];
  const dataDirectory = resolve(flags.dataDir ?? terminal.environment['MNEME_DATA_DIR'] ?? DATA_DIRECTORY);
  const locateRole = (role: KeyRole) => locationOf({ terminal, flags, dataDirectory, role });
  return {
    terminal,
    json,
    dataDirectory,
    locate: locateRole,
    note(text) {
      if (!json) terminal.stderr.write(`${text}\n`);
    },
    connect(role) {
      const connection = connect({ ...locateRole(role), signal: terminal.signal });
      closing.push(() => connection.close());
      return connection;
    },
    progress(where) {
      const progress = progressOn(terminal.stderr, json || (where === 'terminal' && terminal.stderr.isTTY !== true));
      closing.push(() => progress.stop());
      return progress;
    },
    end: () => closing.splice(0).forEach((close) => close()),
  };
}

interface Locating {
  readonly terminal: Terminal;
  readonly flags: GlobalFlags;
  readonly dataDirectory: string;
  readonly role: KeyRole;
}

function locationOf({ terminal, flags, dataDirectory, role }: Locating): Located {
  const { MNEME_ADDRESS: address, MNEME_API_KEY: apiKey } = terminal.environment;
  const location = locate({
    ...(flags.address === undefined ? {} : { address: flags.address }),
    ...(flags.key === undefined ? {} : { apiKey: flags.key }),
    environment: { ...(address === undefined ? {} : { address }), ...(apiKey === undefined ? {} : { apiKey }) },
    dataDirectory,
    role,
  });
  return { ...location, tls: tlsOptionsOf(flags, terminal.environment, location.isTls === true) };
}
