import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DiagnosisCheck, type MemoryAudit, startStubService } from '@mneme/client';
import { run } from './run.js';

const AUDIT: MemoryAudit = {
  auditId: 'a1',
  tenantId: 'acme',
  aim: 'age',
  state: 'looking',
  startedAt: '2026-01-01T00:00:00.000Z',
  looked: counts(0),
  ran: counts(0),
};

function counts(memories: number, given = 0) {
  const findings = memories === 0 ? [] : [{ kind: 'episode', action: 'lower', reason: 'never-recalled', count: 7 }];
  return { memories, findings, given, refused: 0, leftOut: 0 };
}

describe('upkeep on the command line', () => {
  let directory = '';
  let close = () => {};
  let asked: [string, unknown][] = [];
  let states: MemoryAudit[] = [];
  let checks: DiagnosisCheck[] = [];
  let now = () => new Date().toISOString();

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mneme-upkeep-'));
    [asked, states, checks, now] = [[], [], [], () => new Date().toISOString()];
    const answering = (name: string, answer: (request: unknown) => unknown) => [
      name,
      ({ request }: { request: unknown }, callback: (error: null, answer: unknown) => void) => {
        asked.push([name, request]);
        callback(null, answer(request));
      },
    ];
    const next = () => states.shift() ?? AUDIT;
    const maintenance = Object.fromEntries([
      ...['startAudit', 'runAudit', 'stopAudit', 'getAudit'].map((name) => answering(name, next)),
      answering('listAudits', () => ({
        audits: [
          { ...AUDIT, state: 'done' },
          { ...AUDIT, auditId: 'a0', state: 'stopped' },
        ],
      })),
      answering('listAuditFindings', () => ({
        findings: [{ memoryId: 'm1', kind: 'episode', action: 'lower', reason: 'never-recalled' }],
      })),
      answering('getJunk', () => ({
        memories: 4,
        neverRecalled: 1,
        stale: 2,
        hidden: 0,
        dropped: [],
        droppedIsTruncated: false,
      })),
      answering('setWebhook', () => ({
        webhook: { tenantId: 'acme', url: 'https://x.example/', createdAt: AUDIT.startedAt, keyNumber: 1 },
        key: 'mnwh_k',
      })),
      answering('diagnose', () => ({ version: '0.1.0', now: now(), checks })),
    ]);
    const service = await startStubService({ maintenance });
    close = service.close;
    writeFileSync(join(directory, 'endpoint.json'), JSON.stringify({ grpc: service.address }));
    for (const name of ['development.key', 'operator.key']) writeFileSync(join(directory, name), 'mneme_x_key');
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true });
  });

  async function mneme(...words: readonly string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const exitCode = await run(words, {
      stdin: Readable.from([]),
      stdout,
      stderr,
      environment: { MNEME_DATA_DIR: directory },
      signal: new AbortController().signal,
    });
    return { exitCode, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }
  const calls = () => asked.map(([name]) => name);

  it('follows a dry run to its end, with examples and the next step', async () => {
    states = [AUDIT, { ...AUDIT, looked: counts(500) }, { ...AUDIT, state: 'ready', looked: counts(900) }];
    const { exitCode, out } = await mneme('audit-memories', '--dry-run');
    expect(exitCode).toBe(0);
    expect(calls()).toEqual(['startAudit', 'getAudit', 'getAudit', 'listAuditFindings']);
    for (const text of ['900 memories', 'never-recalled', 'm1', 'mneme audit-memories --run a1'])
      expect(out).toContain(text);
  });

  it('runs by id, goes on with what was stopped, and says when it failed', async () => {
    states = [{ ...AUDIT, state: 'done', ran: counts(900, 7) }];
    expect((await mneme('audit-memories', '--run', 'a1', '--tenant', 'acme')).out).toContain('7 commands given');
    expect(asked[0]).toEqual(['runAudit', { auditId: 'a1', tenantId: 'acme' }]);
    states = [{ ...AUDIT, state: 'failed', failure: 'corrupt' }];
    const resumed = await mneme('audit-memories', '--resume');
    expect(asked.at(-1)).toEqual(['runAudit', { auditId: 'a0', tenantId: undefined }]);
    expect(resumed).toMatchObject({ exitCode: 1, out: expect.stringContaining('failed, corrupt') });
  });

  it('does one thing at a time', async () => {
    const { exitCode, err } = await mneme('audit-memories', '--dry-run', '--list');
    expect(exitCode).not.toBe(0);
    expect(err).toContain('say one of');
    expect(calls()).toEqual([]);
  });

  it('gives shares of junk, and says where duplicates come from', async () => {
    const { out } = await mneme('junk');
    for (const text of ['25.0 %', '50.0 %', '--aim duplicates']) expect(out).toContain(text);
  });

  it('shows the key of a webhook', async () => {
    expect((await mneme('webhook', 'set', 'https://x.example/')).out).toContain('mnwh_k');
  });

  describe('doctor', () => {
    it('is content with a service that is well', async () => {
      checks = [{ name: 'disk', state: 'ok', found: 'much', remedy: '' }];
      const { exitCode, out } = await mneme('doctor');
      expect({ exitCode, isWell: out.includes('all is well') }).toEqual({ exitCode: 0, isWell: true });
    });

    it('says what is wrong and what to do', async () => {
      checks = [{ name: 'disk', state: 'bad', found: '0 MiB', remedy: 'make room' }];
      now = () => new Date(Date.now() + 60_000).toISOString();
      const { exitCode, out } = await mneme('doctor', '--json');
      expect(exitCode).toBe(1);
      const found = (JSON.parse(out) as { checks: DiagnosisCheck[] }).checks;
      expect(found.filter(({ state }) => state === 'bad').map(({ name }) => name)).toEqual(['clock skew', 'disk']);
    });

    it('says what to do when nobody answers', async () => {
      close();
      const { exitCode, out } = await mneme('doctor');
      expect(exitCode).toBe(1);
      expect(out).toContain('mneme serve');
    });
  });
});
