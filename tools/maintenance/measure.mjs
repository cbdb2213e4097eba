import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/**
 * `npm run audit-bench -- [--memories 1000000]`: a made-up store in a temporary directory, and an audit of all of it: how
 * many memories a second, how much memory, and how long the thread was held up.
 */
const { values } = parseArgs({ options: { memories: { type: 'string', default: '1000000' } } });
const MEMORIES = Number(values.memories);
const BATCH = 2_000;
const DAY_MS = 86_400_000;
const from = (path) => import(new URL(`../../libs/${path}`, import.meta.url));
const { openSqlite } = await from('adapters/sqlite/dist/index.js');
const { DEFAULT_POLICY } = await from('domain/dist/index.js');
const { Logger, Metrics } = await from('platform/dist/index.js');
const { AuditPages } = await from('services/maintenance/dist/audits/audit-pages.js');
const { Audits } = await from('services/maintenance/dist/audits/audits.js');
const { RunAudits } = await from('services/maintenance/dist/audits/run-audits.js');
const { DEFAULT_MAINTENANCE_CONFIG } = await from('services/maintenance/dist/maintenance.config.js');

const directory = mkdtempSync(join(tmpdir(), 'mneme-audit-'));
const sqlite = openSqlite(directory);
const clock = { nowMs: () => Date.now() };
const tenantId = 'bench';

try {
  await fill();
  const before = process.memoryUsage.rss();
  let highest = before;
  let heldUpMs = 0;
  let lastMs = performance.now();
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
    heldUpMs = Math.max(heldUpMs, performance.now() - lastMs - 10);
    lastMs = performance.now();
  }, 10);
  const commands = [];
  const give = {
    give: async (wished) => {
      commands.push(wished.length);
      return { given: wished.length, refused: 0 };
    },
  };
  const pages = new AuditPages(
    { survey: sqlite.memorySurvey, duplicates: undefined },
    DEFAULT_MAINTENANCE_CONFIG.pageMemoriesMax,
  );
  const ports = {
    journal: sqlite.auditJournal,
    pages,
    give,
    clock,
    logger: new Logger('silent'),
    metrics: new Metrics(),
  };
  const runs = new RunAudits(ports, DEFAULT_MAINTENANCE_CONFIG);
  const keyring = { tenant: async () => ({ tenant: { policy: DEFAULT_POLICY } }) };
  const audits = new Audits({ ...ports, runs, keyring }, DEFAULT_MAINTENANCE_CONFIG);
  const { auditId } = await audits.begin(tenantId, { requestedBy: 'bench' });
  for (const [name, state] of [
    ['dry run', 'ready'],
    ['run', 'done'],
  ]) {
    const startedMs = performance.now();
    let audit = name === 'run' ? await audits.run(tenantId, auditId) : await audits.get(tenantId, auditId);
    while (audit.state !== state) {
      await sleep(20);
      audit = await audits.get(tenantId, auditId);
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    const { memories, findings } = state === 'ready' ? audit.looked : audit.ran;
    const rate = Math.round(memories / seconds);
    console.log(`${name}: ${memories} memories in ${seconds.toFixed(1)} s, ${rate}/s; ${JSON.stringify(findings)}`);
  }
  clearInterval(watch);
  const mib = (bytes) => `${Math.round(bytes / 1024 ** 2)} MiB`;
  console.log(`memory: ${mib(before)} before, at most ${mib(highest)}; held up at most ${Math.round(heldUpMs)} ms`);
  console.log(`commands: ${commands.reduce((sum, count) => sum + count, 0)}`);
  await runs.stop();
} finally {
  await sqlite.close();
  rmSync(directory, { recursive: true, force: true });
}

async function fill() {
  const startedMs = performance.now();
  const sealed = randomBytes(240).toString('base64');
  const nowMs = Date.now();
  for (let at = 0; at < MEMORIES; at += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, MEMORIES - at) }, (_, i) => rowOf(at + i, { sealed, nowMs }));
    await sqlite.catalogue.upsert(rows);
  }
  console.log(`${MEMORIES} memories written in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
}

/** All of them older than the age that an audit looks at, of 10,000 users. */
function rowOf(at, { sealed, nowMs }) {
  const version = (nowMs - Math.floor((46 + 44 * (1 - at / MEMORIES)) * DAY_MS)) * 1_000 + (at % 1_000);
  const subjectId = (at % 10_000).toString(16).padStart(64, '0');
  const memoryId = `${at.toString(16).padStart(8, '0')}-0000-5000-8000-${randomBytes(6).toString('hex')}`;
  return {
    memoryId,
    version,
    tenantId,
    subjectId,
    contributors: [subjectId],
    sessionKey: subjectId,
    sourceId: memoryId,
    audience: `u:${subjectId}`,
    kind: 'episode',
    flags: ['fact'],
    sourceClass: 'user',
    trust: 0.9,
    confidence: 0.9,
    importance: 'normal',
    occurredAtMs: Math.floor(version / 1_000),
    recordedAt: version,
    reviewByMs: Math.floor(version / 1_000) + 60 * DAY_MS,
    expiresAtMs: Math.floor(version / 1_000) + 90 * DAY_MS,
    derivedFrom: [memoryId],
    epoch: 1,
    sealed,
  };
}
