import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Timeout, Unavailable } from '@mneme/domain';
import type { ServiceName } from './service-names.js';

export interface ServiceProcessOptions {
  readonly service: ServiceName;
  /** The built `main.js`. */
  readonly mainFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where what it says of itself is written, for people. */
  readonly logFile: string;
  readonly startTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One service that is ready. */
export interface ServiceProcess {
  readonly service: ServiceName;
  readonly pid: number;
  /** Health and metrics; of ingest, turns as well. */
  readonly http: string;
  /** `host:port`; absent for one that serves nothing over gRPC. */
  readonly grpc?: string;
  /** Resolves with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it, as an orchestrator does or as a machine that dies; resolves when it is gone. Idempotent. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const STOP_TIMEOUT_MS = 30_000;
const LOG_TAIL_CHARS = 2_000;

/** Resolves when the service says that it is ready. @throws Unavailable when it ends before; Timeout when it takes too long. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { service, logFile } = options;
  const child = spawnService(options);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    child.once('error', () => resolve(1));
  });
  killAtExit(child, ended);
  const stop = (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => end(child, ended, signal);
  try {
    const { pid, http, grpc } = await readiness(child, options);
    return { service, pid, http, ...(grpc === undefined ? {} : { grpc }), ended, stop };
  } catch (error) {
    await stop('SIGKILL');
    if (!(error instanceof NotReady)) throw error;
    const what = `${service} ${error.message}:\n${readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARS)}`;
    throw error.isLate ? new Timeout(what) : new Unavailable(what);
  }
}

const running = new Set<ChildProcess>();

/** The last resort when this process ends without a chance to wait; one listener for all of them. */
function killAtExit(child: ChildProcess, ended: Promise<unknown>): void {
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
  void ended.then(() => {
    running.delete(child);
    if (running.size === 0) process.removeListener('exit', killAll);
  });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function spawnService({ mainFile, env, logFile }: ServiceProcessOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, [mainFile], { stdio: ['ignore', 'pipe', log], env: { ...env } });
  } finally {
    closeSync(log);
  }
}

interface ReadyLine {
  readonly ready: string;
  readonly pid: number;
  readonly http: string;
  readonly grpc?: string;
}

/** The one line that a service writes to its standard output. */
async function readiness(child: ChildProcess, options: ServiceProcessOptions): Promise<ReadyLine> {
  const { startTimeoutMs, signal } = options;
  if (child.stdout === null) throw new NotReady('has no output', false);
  const lines = createInterface({ input: child.stdout });
  const late = setTimeout(() => child.emit('late'), startTimeoutMs);
  const onAbort = () => child.emit('late');
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<ReadyLine>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('{"ready":')) resolve(JSON.parse(line) as ReadyLine);
      });
      child.once('late', () => reject(new NotReady(`was not ready in ${startTimeoutMs} ms`, true)));
      child.once('exit', () => reject(new NotReady('ended while it started', false)));
      child.once('error', () => reject(new NotReady('could not be started', false)));
    });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', onAbort);
  }
}

class NotReady extends Error {
  override readonly name = 'NotReady';

  constructor(
    message: string,
    readonly isLate: boolean,
  ) {
    super(message);
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
