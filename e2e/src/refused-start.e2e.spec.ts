import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { MAIN, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const LATER_VERSION = 99;

describe('a start that is refused', () => {
  const directory = join(temporaryDirectory(), 'data');

  beforeAll(async () => {
    const service = await startStandalone(directory);
    await service.agent.ingest.ingestTurns({
      turns: [{ userId: 'ana', session: 's', role: 'user', content: 'I moved to Lisbon', toolCalls: [] }],
    });
    await service.stop('SIGTERM');
  });

  /** Starts the service, which is to end by itself. */
  const refused = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], MNEME_GRPC_ADDRESS: '127.0.0.1:0', MNEME_HTTP_ADDRESS: '127.0.0.1:0', ...env },
    });
    const told = child.stderr.setEncoding('utf8').toArray();
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, told: ((await told) as string[]).join('') };
  };
  const versioned = (file: string, version?: number) => {
    const db = new DatabaseSync(join(directory, file));
    const { user_version: before } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version !== undefined) db.exec(`PRAGMA user_version = ${version}; PRAGMA wal_checkpoint(TRUNCATE)`);
    db.close();
    return before;
  };
  const hashOf = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex');

  it.each(['keys.db', 'log.db', 'store.db', 'session.db'])(
    'names %s of a newer release and both versions, and leaves the file as it is',
    async (file) => {
      const version = versioned(file, LATER_VERSION);
      const before = hashOf(file);
      const { exitCode, told } = await refused({ MNEME_DATA_DIR: directory });
      expect(exitCode).toBe(1);
      expect(told).toMatch(new RegExp(`^mneme cannot start: ${file} .*version ${LATER_VERSION}.* ${version}[;,]`));
      expect(told.trim().split('\n')).toHaveLength(1);
      expect(hashOf(file)).toBe(before);
      versioned(file, version);
      const service = await startStandalone(directory);
      expect((await service.agent.admin.digest({})).equal).toBe(true);
      await service.stop('SIGTERM');
    },
    60_000,
  );

  it('names every wrong setting of every service at once, and makes no data directory', async () => {
    const wrong = {
      MNEME_DATA_DIR: join(directory, 'not-made'),
      MNEME_LOG_LEVEL: 'loud',
      MNEME_KEY_CACHE_MS: '0',
      MNEME_INGEST_BATCH_TURNS_MAX: '1001',
      MNEME_EMBEDDER_HEARTBEAT_MS: 'often',
      MNEME_CATALOGUE_HEARTBEAT_MS: '1',
      MNEME_RETRIEVAL_LEG_TIMEOUT_MS: '',
      MNEME_ERASURE_AT_ONCE_MAX: '-1',
    };
    const { exitCode, told } = await refused(wrong);
    const named = [...told.matchAll(/^ {2}(MNEME_\w+): /gm)].map(([, name]) => name as string);
    expect([exitCode, named.sort()]).toEqual([1, Object.keys(wrong).slice(1).sort()]);
    expect(existsSync(wrong.MNEME_DATA_DIR)).toBe(false);
  });

  it('says who else may have the data directory', async () => {
    const service = await startStandalone(directory);
    const { exitCode, told } = await refused({ MNEME_DATA_DIR: directory });
    expect([exitCode, told]).toEqual([1, expect.stringContaining(`in use: ${directory}`)]);
    expect((await fetch(`${service.http}/readyz`)).status).toBe(200);
    await service.stop('SIGTERM');
  });
});
