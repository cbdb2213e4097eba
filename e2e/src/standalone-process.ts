import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type Connection, type TlsOptions } from '@mneme/client';

/** The built service. */
export const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));
const READY_MS_MAX = 30_000;
const POLL_MS = 20;

export interface Running {
  readonly http: string;
  readonly grpc: string;
  readonly agent: Connection;
  readonly operator: Connection;
  readonly bearer: string;
  /** From the start of the process to ready. */
  readonly readyMs: number;
  /** Sends to the module that was loaded before the start; resolves with its answer. */
  tell(message: object): Promise<unknown>;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface StandaloneOptions {
  /** A module to load before the service. */
  readonly preload?: URL;
  /** How the connections speak TLS. */
  readonly tls?: TlsOptions;
}

/** The built service as a process of its own on a data directory, as a user would run it. */
export async function startStandalone(
  directory: string,
  env: Record<string, string> = {},
  { preload, tls }: StandaloneOptions = {},
): Promise<Running> {
  const startedMs = performance.now();
  const loaded = preload === undefined ? [] : ['--import', preload.href];
  const child = spawn(process.execPath, [...loaded, MAIN], {
    stdio: ['ignore', 'ignore', 'inherit', ...(preload === undefined ? [] : ['ipc' as const])],
    env: {
      PATH: process.env['PATH'],
      MNEME_DATA_DIR: directory,
      MNEME_GRPC_ADDRESS: '127.0.0.1:0',
      MNEME_HTTP_ADDRESS: '127.0.0.1:0',
      MNEME_LOG_LEVEL: 'error',
      ...env,
    },
  });
  const endpoint = await endpointOf(directory, child);
  const readyMs = performance.now() - startedMs;
  const bearer = keyIn(directory, 'development.key');
  const agent = connect({ address: endpoint.grpc, apiKey: bearer, tls });
  const operator = connect({ address: endpoint.grpc, apiKey: keyIn(directory, 'operator.key'), tls });
  const tell = (message: object) =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.send(message, (error) => error && reject(error));
    });
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    agent.close();
    operator.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  return { http: endpoint.http, grpc: endpoint.grpc, agent, operator, bearer, readyMs, tell, stop };
}

async function endpointOf(directory: string, child: ChildProcess): Promise<{ grpc: string; http: string }> {
  const file = join(directory, 'endpoint.json');
  for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += POLL_MS) {
    // A killed process leaves its file behind: only the one that this child has written counts.
    if (existsSync(file)) {
      const endpoint = JSON.parse(readFileSync(file, 'utf8')) as { grpc: string; http: string; pid: number };
      if (endpoint.pid === child.pid) return endpoint;
    }
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error('the service was not ready in time');
}

function keyIn(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8').trim();
}
