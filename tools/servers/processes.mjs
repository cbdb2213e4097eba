import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 30_000;
const STEP_MS = 100;
const LOG_LINES = 15;
const ANSWER_WITHIN_MS = 2_000;

/**
 * A server as a process of its own, known by a pid file. The file holds when the process began as well, so that another
 * process which was given the number later is never taken for it.
 */
export function launch(run, name, { command, args, env = {}, user }) {
  const log = openSync(logFileOf(run, name), 'a');
  const child = spawn(command, args, {
    cwd: run.directory,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
    ...user,
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new Error(`${name}: ${command} cannot be started`);
  writeFileSync(pidFileOf(run, name), `${child.pid} ${beganAt(child.pid) ?? ''}`);
}

/** The number of the process while it runs. */
export function runningPid(run, name) {
  const file = pidFileOf(run, name);
  if (!existsSync(file)) return undefined;
  const [pid, began] = readFileSync(file, 'utf8').split(' ');
  return began !== '' && beganAt(pid) === began ? Number(pid) : undefined;
}

/** Until `isReady` answers true. @throws Error with the end of its log when the server ends or takes too long. */
export async function untilReady(run, name, isReady) {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  while (!(await isReady())) {
    if (runningPid(run, name) === undefined) throw new Error(`${name} ended:\n${endOfLog(run, name)}`);
    if (Date.now() > deadlineMs) {
      throw new Error(`${name} is not ready after ${READY_WITHIN_MS / 1_000} s:\n${endOfLog(run, name)}`);
    }
    await sleep(STEP_MS);
  }
}

/** Asks the server to stop and, when it does not within the time, makes it. */
export async function stop(run, name, { signal = 'SIGTERM', withinMs = STOPPED_WITHIN_MS } = {}) {
  const deadlineMs = Date.now() + withinMs;
  for (let pid = runningPid(run, name), sent; pid !== undefined; pid = runningPid(run, name)) {
    const wanted = Date.now() > deadlineMs ? 'SIGKILL' : signal;
    if (sent !== wanted) kill(pid, (sent = wanted));
    await sleep(STEP_MS);
  }
  rmSync(pidFileOf(run, name), { force: true });
}

/** What a server answers to some bytes, as far as it comes at once; undefined when nobody listens. */
export function answerOf(port, bytes) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(undefined));
    socket.on('data', end);
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
  });
}

export function logFileOf(run, name) {
  return run.pathOf(`${name}.log`);
}

function pidFileOf(run, name) {
  return run.pathOf(`${name}.pid`);
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** In ticks since the machine began; undefined for a process that is gone, or that only waits to be collected. */
function beganAt(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the process comes first, in brackets, and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(fields[0]) ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function endOfLog(run, name) {
  const lines = readFileSync(logFileOf(run, name), 'utf8').trimEnd().split('\n');
  return lines
    .slice(-LOG_LINES)
    .map((line) => `  ${line.slice(0, 400)}`)
    .join('\n');
}
