import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { BIN } from './mneme-command.js';
import { MAIN, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

describe('a start whose port is taken', () => {
  let server: Server;
  let taken: string;

  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const started = async (command: readonly string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, command, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], MNEME_GRPC_ADDRESS: '127.0.0.1:0', MNEME_HTTP_ADDRESS: '127.0.0.1:0', ...env },
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map((out) => out.setEncoding('utf8').toArray());
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout: (await stdout)?.join(''), stderr: (await stderr)?.join('') };
  };

  it.each([
    ['the service', 'gRPC', 'MNEME_GRPC_ADDRESS', [MAIN]],
    ['the service', 'HTTP', 'MNEME_HTTP_ADDRESS', [MAIN]],
    ['mneme serve', 'gRPC', 'MNEME_GRPC_ADDRESS', [BIN, 'serve']],
    ['mneme serve', 'HTTP', 'MNEME_HTTP_ADDRESS', [BIN, 'serve']],
  ])('%s tells of %s in one line which address it is and what to set', async (_name, what, setting, command) => {
    const directory = join(temporaryDirectory(), 'data');
    const told = await started(command, { MNEME_DATA_DIR: directory, [setting]: taken });
    const line = `mneme cannot start: ${what} cannot listen on ${taken}: that port is taken; free it, or set ${setting} to another address\n`;
    expect(told).toEqual({ exitCode: 1, stdout: '', stderr: line });
    expect(existsSync(directory)).toBe(false);
  });

  it('tells of the directory first, when a service has that too', async () => {
    const directory = join(temporaryDirectory(), 'data');
    const service = await startStandalone(directory);
    const addresses = { MNEME_GRPC_ADDRESS: service.grpc, MNEME_HTTP_ADDRESS: service.http.replace(/^.*\/\//, '') };
    const told = await started([MAIN], { MNEME_DATA_DIR: directory, ...addresses });
    expect(told).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('this data directory is in use') });
    expect(told.stderr).not.toContain('port');
    await service.stop('SIGTERM');
  });

  it('tells of an address that this machine has not', async () => {
    const directory = join(temporaryDirectory(), 'data');
    const told = await started([MAIN], { MNEME_DATA_DIR: directory, MNEME_HTTP_ADDRESS: '192.0.2.1:7300' });
    expect(told.exitCode).toBe(1);
    expect(told.stderr).toMatch(
      /^mneme cannot start: HTTP cannot listen on 192\.0\.2\.1:7300: .*MNEME_HTTP_ADDRESS.*\n$/,
    );
  });
});
