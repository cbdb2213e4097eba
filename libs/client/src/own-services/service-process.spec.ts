import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServiceProcess } from './service-process.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-process-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Starts a program in place of a service. */
function started(program: string, startTimeoutMs = 20_000) {
  const mainFile = join(directory, 'main.mjs');
  writeFileSync(mainFile, program);
  const logFile = join(directory, 'service.log');
  return startServiceProcess({ service: 'ingest', mainFile, env: { GREETING: 'hello' }, logFile, startTimeoutMs });
}

const READY = `process.stdout.write(JSON.stringify({ ready: 'ingest', pid: process.pid, http: process.env.GREETING }) + '\\n');
setInterval(() => undefined, 1_000);`;

describe('a service as a process', () => {
  it('is there when it says so, and tells how it ended', async () => {
    const one = await started(
      `process.stdout.write('not yet\\n');\nprocess.on('SIGTERM', () => process.exit(7));\n${READY}`,
    );
    expect(one).toMatchObject({ service: 'ingest', http: 'hello' });
    expect(one).not.toHaveProperty('grpc');
    await one.stop();
    await one.stop();
    expect(await one.ended).toBe(7);
  });

  it('can be killed', async () => {
    const one = await started(READY);
    await one.stop('SIGKILL');
    expect(await one.ended).toBe('SIGKILL');
  });

  it('that cannot start is told with what it said', async () => {
    const failed = started(`process.stderr.write('mneme cannot start: no disk\\n'); process.exit(1);`);
    await expect(failed).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('no disk') });
  });

  it('that takes too long is ended', async () => {
    await expect(started('setInterval(() => undefined, 1_000);', 300)).rejects.toMatchObject({ code: 'timeout' });
  });
});
