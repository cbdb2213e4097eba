import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStubService, type StubService, stubMemory } from '@mneme/client';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = join(root, 'bin/mneme.js');
let service: StubService;

beforeAll(async () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-b', join(root, 'apps/cli')]);
  service = await startStubService(stubMemory().handlers);
}, 120_000);
afterAll(() => service.close());

const environment = () => ({ MNEME_ADDRESS: service.address, MNEME_API_KEY: 'mneme_k_s' });

async function mneme(...words: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...words], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, out: ((await out) ?? []).join(''), err: ((await err) ?? []).join('') };
}

describe('bin/mneme.js', () => {
  it('exits with 0, 1 and 2', async () => {
    expect(await mneme('recall', 'who?', '--user', 'ana')).toMatchObject({ exitCode: 0, err: '' });
    const wrong = await mneme('get', 'm', '--json');
    expect(wrong).toMatchObject({ exitCode: 1, err: '' });
    expect(JSON.parse(wrong.out)).toEqual({ error: { code: 'not-found', message: 'no memory' } });
    expect(await mneme('nonsense')).toMatchObject({ exitCode: 2, out: '' });
  });

  it('prints one JSON document and nothing else', async () => {
    const { out, err } = await mneme('status', '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ version: '0.1.0' });
  });

  it('ends at the first interrupt', async () => {
    const child = spawn(process.execPath, [bin, 'ingest', '-'], {
      env: environment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stdin.write('{"session":"s","role":"user","content":"a"}\n'.repeat(500));
    const err = child.stderr.setEncoding('utf8').toArray();
    setTimeout(() => child.kill('SIGINT'), 1_500);
    expect(await once(child, 'close')).toEqual([1, null]);
    expect((await err).join('')).toContain('interrupted');
  });
});
