import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, type ReplayProgress, type ReplayRequest, startStubService } from '@mneme/client';
import { run } from '../run.js';

let directory = '';
let close = () => {};
let asked: (ReplayRequest | 'rollBack' | 'dropPrevious')[] = [];
let last: Partial<ReplayProgress> = {};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-cli-'));
  asked = [];
  const steps = (call: { write(step: ReplayProgress): void; end(): void }) => {
    call.write({ recordsApplied: 1, recordsTotal: 2 });
    call.write({ recordsApplied: 2, recordsTotal: 2, ...last });
    call.end();
  };
  const service = await startStubService({
    admin: {
      replay: (call) => {
        asked.push(call.request);
        steps(call);
      },
      rollBack: (call) => {
        asked.push('rollBack');
        steps(call);
      },
      dropPrevious: (_call, callback) => {
        asked.push('dropPrevious');
        if (last.switched === false) callback(failureOf({ code: 'not-found', message: 'there are none' }));
        else callback(null, {});
      },
    },
  });
  close = service.close;
  writeFileSync(join(directory, 'endpoint.json'), JSON.stringify({ grpc: service.address }));
  writeFileSync(join(directory, 'operator.key'), 'mneme_op_key');
});
afterEach(() => {
  close();
  rmSync(directory, { recursive: true });
});

async function replay(...flags: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await run(['replay', ...flags], {
    stdin: Readable.from([]),
    stdout,
    stderr,
    environment: { MNEME_DATA_DIR: directory },
    signal: new AbortController().signal,
  });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { exitCode, out: text(stdout), err: text(stderr) };
}

const resultOf = (equal: boolean) => ({ equal, stores: [] });

describe('mneme replay', () => {
  it('asks for a replay alone, and tells whether the stores are equal', async () => {
    last = { result: resultOf(true) };
    expect(await replay('--times', '2')).toMatchObject({ exitCode: 0, out: expect.stringContaining('equal') });
    expect(asked).toMatchObject([{ times: 2, switchOver: undefined }]);
    last = { result: resultOf(false) };
    expect(await replay()).toMatchObject({ exitCode: 1, out: expect.stringContaining('replay --switch') });
  });

  it('switches, and fails when the live stores are as before', async () => {
    last = { result: resultOf(true), switched: true };
    expect(await replay('--switch')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^switched: /m) });
    expect(asked).toMatchObject([{ switchOver: true }]);
    last = { result: resultOf(false), switched: false };
    expect(await replay('--switch')).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^not switched: /m) });
    expect(JSON.parse((await replay('--switch', '--json')).out)).toMatchObject({ switched: false });
  });

  it('rolls back whatever the comparison says, and removes what was before', async () => {
    last = { result: resultOf(false), switched: true };
    expect((await replay('--rollback')).exitCode).toBe(0);
    expect((await replay('--drop-previous')).exitCode).toBe(0);
    last = { switched: false };
    expect(await replay('--drop-previous')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('there are none'),
    });
    expect(asked).toEqual(['rollBack', 'dropPrevious', 'dropPrevious']);
  });

  it.each([
    [['--switch', '--rollback']],
    [['--rollback', '--drop-previous']],
    [['--switch', '--tenant', 'acme']],
    [['--rollback', '--times', '2']],
  ])('refuses %j, and asks for nothing', async (flags) => {
    expect((await replay(...flags)).exitCode).not.toBe(0);
    expect(asked).toEqual([]);
  });

  it('fails when a replay ends without a result', async () => {
    last = {};
    expect((await replay('--switch')).exitCode).toBe(1);
  });
});
