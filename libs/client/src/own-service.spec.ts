import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startOwnService } from './own-service.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-own-spec-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const READY = `
  const fs = require('node:fs');
  const dir = process.env.MNEME_DATA_DIR;
  if (process.env.MNEME_OTHER !== undefined || !process.env.MNEME_GRPC_ADDRESS.endsWith(':0')) process.exit(9);
  fs.mkdirSync(dir);
  fs.writeFileSync(dir + '/operator.key', 'mneme_op_key');
  setTimeout(() => fs.writeFileSync(dir + '/endpoint.json', JSON.stringify({ grpc: '127.0.0.1:4242' })), 100);
  setInterval(() => {}, 1000);
`;

function start(script: string, more: object = {}) {
  const mainFile = join(directory, 'main.cjs');
  writeFileSync(mainFile, script);
  return startOwnService({ mainFile, environment: { MNEME_OTHER: 'x' }, ...more });
}

describe('startOwnService', () => {
  it('waits until it is ready, and leaves nothing behind', async () => {
    const service = await start(READY);
    expect(service).toMatchObject({ address: '127.0.0.1:4242', operatorKey: 'mneme_op_key' });
    expect(existsSync(service.dataDirectory)).toBe(true);
    await service.stop();
    await service.stop();
    expect(existsSync(dirname(service.dataDirectory))).toBe(false);
  });

  it('tells why a service did not start', async () => {
    await expect(start('console.error("no room"); process.exit(3)')).rejects.toThrow('no room');
  });

  it('gives up on one that is never ready, and on an abort', async () => {
    const stuck = 'setInterval(() => {}, 1000)';
    await expect(start(stuck, { startTimeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' });
    await expect(start(stuck, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
