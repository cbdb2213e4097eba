import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openRun, PORT_NAMES, type Run } from './servers/places.mjs';
import { answerOf, launch, runningPid, stop, untilReady } from './servers/processes.mjs';
import { SERVER_NAMES, variablesOf } from './servers/servers.mjs';

const ECHO = `require('node:net').createServer((socket) => socket.pipe(socket)).listen(Number(process.argv[1]), '127.0.0.1')`;
const DEAF = `process.on('SIGTERM', () => {}); ${ECHO}`;

describe('servers of this machine', () => {
  let directory: string;
  let run: Run;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mneme-servers-'));
    run = await openRun(directory);
  });
  afterEach(async () => {
    await stop(run, 'redis', { signal: 'SIGKILL' });
    rmSync(directory, { recursive: true, force: true });
  });
  const start = (program = ECHO) =>
    launch(run, 'redis', { command: process.execPath, args: ['-e', program, String(run.ports['redis'])] });
  const answers = async () => String(await answerOf(run.ports['redis'] as number, 'hello')) === 'hello';

  it('keep their ports, all of them different, and take those that are given', async () => {
    expect(Object.keys(run.ports).sort()).toEqual([...PORT_NAMES].sort());
    expect(new Set(Object.values(run.ports)).size).toBe(PORT_NAMES.length);
    expect((await openRun(directory)).ports).toEqual(run.ports);
    expect((await openRun(directory, { redis: 7_777 })).ports).toEqual({ ...run.ports, redis: 7_777 });
  });

  it('are told as the variables that services and specs read', () => {
    expect(Object.keys(variablesOf(run, SERVER_NAMES)).sort()).toEqual([
      'MNEME_KAFKA_BROKERS',
      'MNEME_NEO4J_URL',
      'MNEME_POSTGRES_URL',
      'MNEME_QDRANT_URL',
      'MNEME_REDIS_URL',
    ]);
  });

  it('run until they are stopped', async () => {
    start();
    await untilReady(run, 'redis', answers);
    expect(runningPid(run, 'redis')).toEqual(expect.any(Number));
    await stop(run, 'redis');
    expect(runningPid(run, 'redis')).toBeUndefined();
    expect(await answers()).toBe(false);
  });

  it('are not taken for a process that was given their number later', async () => {
    start();
    await untilReady(run, 'redis', answers);
    const [pid, began] = readFileSync(join(directory, 'redis.pid'), 'utf8').split(' ');
    writeFileSync(join(directory, 'redis.pid'), `${pid} ${Number(began) + 1}`);
    expect(runningPid(run, 'redis')).toBeUndefined();
    await stop(run, 'redis');
    expect(await answers()).toBe(true);
    process.kill(Number(pid), 'SIGKILL');
  });

  it('are ended when they do not listen', async () => {
    start(DEAF);
    await untilReady(run, 'redis', answers);
    await stop(run, 'redis', { withinMs: 200 });
    expect(runningPid(run, 'redis')).toBeUndefined();
  });

  it('say what they have said when they end before they are ready', async () => {
    start(`console.error('no such port'); process.exit(3);`);
    await expect(untilReady(run, 'redis', answers)).rejects.toThrow(/redis ended:\n[^]*no such port/);
  });
});
