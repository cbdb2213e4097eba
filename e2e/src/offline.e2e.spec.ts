import { join } from 'node:path';
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

interface Check {
  readonly name: string;
  readonly state: string;
}

describe('a look at a data directory that nobody holds', () => {
  const directory = join(temporaryDirectory(), 'data');
  let refused: readonly { readonly exitCode: number | null; readonly err: string }[];

  beforeAll(async () => {
    const service = await startStandalone(directory);
    const turns = [{ userId: 'ana', session: 's', role: 'user', content: 'I moved to Lisbon.', toolCalls: [] }];
    const { token } = await service.agent.ingest.ingestTurns({ turns });
    await service.agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor: { token } });
    refused = [await mneme(directory, ['doctor', '--offline']), await mneme(directory, ['digest', '--offline'])];
    await service.stop('SIGTERM');
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is refused while a service holds it', () => {
    for (const { exitCode, err } of refused) {
      expect([exitCode, err]).toEqual([1, expect.stringContaining('this data directory is in use')]);
    }
  });

  it('tells that all is well, and compares the stores of all tenants with the log', async () => {
    const doctor = await mneme(directory, ['doctor', '--offline', '--json']);
    const { checks } = JSON.parse(doctor.out) as { readonly checks: readonly Check[] };
    expect(checks.filter(({ state }) => state === 'bad')).toEqual([]);
    const names = checks.map(({ name }) => name);
    for (const name of ['log.db', 'keys.db', 'lag of catalogue', 'dead letters', 'digest of development']) {
      expect(names).toContain(name);
    }
    expect(names).not.toContain('readiness');
    expect(doctor.exitCode).toBe(0);
    const digest = await mneme(directory, ['digest', '--offline']);
    expect([digest.exitCode, digest.out]).toEqual([0, expect.stringMatching(/^tenant development\n[^]*equal: /)]);
    const other = await mneme(directory, ['digest', '--offline', '--tenant', 'nobody']);
    expect([other.exitCode, other.err]).toEqual([1, expect.stringContaining('no such tenant')]);
  });

  it('makes none where there is none', async () => {
    const nowhere = join(temporaryDirectory(), 'nothing');
    const { exitCode, err } = await mneme(nowhere, ['doctor', '--offline']);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('there is no data')]);
    expect(existsSync(nowhere)).toBe(false);
  });

  it('finds a row that was taken out by hand', async () => {
    const store = new DatabaseSync(join(directory, 'store.db'));
    store.exec('DELETE FROM catalogue');
    store.close();
    const doctor = await mneme(directory, ['doctor', '--offline']);
    expect([doctor.exitCode, doctor.out]).toEqual([
      1,
      expect.stringMatching(/bad +digest of development +different: cat/),
    ]);
    expect((await mneme(directory, ['digest', '--offline'])).exitCode).toBe(1);
  });
});
