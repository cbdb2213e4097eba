import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput, Timeout, Unavailable } from '@mneme/domain';
import { addressIn, keyIn } from './locate.js';

export interface OwnServiceOptions {
  /** The service's entry: the built `main.js`. */
  readonly mainFile: string;
  /** What the child sees, but for MNEME_ variables: it runs on defaults. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly startTimeoutMs?: number;
}

/** A service of its own in a temporary directory, on ports that were free. */
export interface OwnService {
  readonly address: string;
  readonly operatorKey: string;
  readonly dataDirectory: string;
  /** Ends the process and removes its directory; idempotent. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const LOG_TAIL_CHARS = 2_000;

/** @throws Unavailable when it ends before it is ready, Timeout when it is not ready in time. */
export async function startOwnService(options: OwnServiceOptions): Promise<OwnService> {
  const home = mkdtempSync(join(tmpdir(), 'mneme-own-'));
  const dataDirectory = join(home, 'data');
  const child = spawnService(options, home, dataDirectory);
  const ending = endingOf(child);
  // The last resort when the process ends without a chance to wait: an uncaught error, a second Ctrl-C.
  const onExit = () => {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  const stop = async () => {
    await end(child, ending);
    process.removeListener('exit', onExit);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await ready({ dataDirectory, child, home, options });
    return { address: addressIn(dataDirectory), operatorKey: keyIn(dataDirectory, 'operator'), dataDirectory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnService(options: OwnServiceOptions, home: string, dataDirectory: string): ChildProcess {
  const inherited = Object.entries(options.environment).filter(([name]) => !name.startsWith('MNEME_'));
  const log = openSync(join(home, 'service.log'), 'a', 0o600);
  try {
    return spawn(process.execPath, [options.mainFile], {
      stdio: ['ignore', log, log],
      env: {
        ...Object.fromEntries(inherited),
        MNEME_DATA_DIR: dataDirectory,
        MNEME_GRPC_ADDRESS: '127.0.0.1:0',
        MNEME_HTTP_ADDRESS: '127.0.0.1:0',
      },
    });
  } finally {
    closeSync(log);
  }
}

interface Starting {
  readonly dataDirectory: string;
  readonly child: ChildProcess;
  readonly home: string;
  readonly options: OwnServiceOptions;
}

async function ready({ dataDirectory, child, home, options }: Starting): Promise<void> {
  const timeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
  const untilMs = Date.now() + timeoutMs;
  while (Date.now() < untilMs) {
    options.signal?.throwIfAborted();
    if (hasEnded(child)) {
      throw new Unavailable(`the service ended while it started (${options.mainFile}):\n${logTail(home)}`);
    }
    if (isReady(dataDirectory)) return;
    await sleep(POLL_MS);
  }
  throw new Timeout(`the service was not ready in ${timeoutMs} ms:\n${logTail(home)}`);
}

function isReady(dataDirectory: string): boolean {
  try {
    addressIn(dataDirectory);
    keyIn(dataDirectory, 'operator');
    return true;
  } catch (error) {
    // Either is not there yet, or half written: the next look will tell.
    if (error instanceof Unavailable || error instanceof InvalidInput) return false;
    throw error;
  }
}

function endingOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function end(child: ChildProcess, ending: Promise<void>): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ending;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function logTail(home: string): string {
  return readFileSync(join(home, 'service.log'), 'utf8').slice(-LOG_TAIL_CHARS);
}
