import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';

/**
 * `npm run redis-bench -- [--sessions 20000] [--turns 10] [--calls 5000]`: fills a Redis (`MNEME_REDIS_URL`) with sessions
 * under a prefix of its own, then times appends, what a `GetSession` and an `InitSession` read, and an erasure, one call
 * after the other. All of it is dropped at the end.
 */
const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '20000' },
    turns: { type: 'string', default: '10' },
    calls: { type: 'string', default: '5000' },
  },
});
const [SESSIONS, TURNS, CALLS] = [values.sessions, values.turns, values.calls].map(Number);
const SEALED_BYTES = 300;
const BATCH = 1_000;
const url = process.env.MNEME_REDIS_URL;
if (url === undefined) throw new Error('MNEME_REDIS_URL is not set');

const from = (path) => import(new URL(`../../libs/${path}/dist/index.js`, import.meta.url));
const { openRedis } = await from('adapters/redis');
const { createPrincipal, readScopeOf, subjectRef } = await from('domain');
const keyPrefix = `bench-${randomBytes(6).toString('hex')}`;
const tenantId = 'bench';
const opened = await openRedis({ url, keyPrefix, warn: console.error });
const store = opened.sessionStore;
const engine = new Redis(url);
const hex = () => randomBytes(32).toString('hex');
const sessions = Array.from({ length: SESSIONS }, () => ({ subjectId: hex(), sessionKey: hex() }));
let recordedAt = Date.now() * 1_000;

try {
  const before = await memory();
  const filledMs = await timed(fill);
  const bytes = (await memory()) - before;
  console.log(`filled: ${SESSIONS} sessions of ${TURNS} turns, ${rate(SESSIONS * TURNS, filledMs)} turns/s in batches`);
  console.log(
    `memory: ${(bytes / SESSIONS).toFixed(0)} bytes a session, ${(bytes / SESSIONS / TURNS).toFixed(0)} a turn`,
  );
  report('PING, for comparison', await eachTimed(() => engine.ping()));
  report('append of one turn', await eachTimed((session) => store.append([aTurn(session)])));
  report(
    'last 20 turns (GetSession)',
    await eachTimed((session) => store.lastTurns(scopeOf(session), session.sessionKey, 20)),
  );
  report(
    'task state replaced',
    await eachTimed((session) => store.setState({ kind: 'task', document: aState(session) })),
  );
  const view = () => ({ turnsMax: 20, nowMs: Date.now() });
  report(
    'session opened (InitSession)',
    await eachTimed((session) => store.openSession(scopeOf(session), session.sessionKey, view())),
  );
  report(
    'subject erased',
    await eachTimed((session) => store.eraseSubject(subjectRef(tenantId, session.subjectId), 2)),
  );
} finally {
  for await (const keys of engine.scanStream({ match: `${keyPrefix}:*`, count: BATCH })) {
    if (keys.length > 0) await engine.unlink(...keys);
  }
  engine.disconnect();
  await opened.close();
}

async function fill() {
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (let at = 0; at < SESSIONS; at += BATCH) await store.append(sessions.slice(at, at + BATCH).map(aTurn));
  }
}

async function timed(work) {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function eachTimed(call) {
  const times = [];
  for (let at = 0; at < CALLS; at += 1) times.push(await timed(() => call(sessions[at % SESSIONS])));
  return times.sort((one, other) => one - other);
}

function report(what, times) {
  const at = (share) => `${times[Math.floor((times.length - 1) * share)].toFixed(2)} ms`;
  console.log(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`);
}

function rate(count, ms) {
  return Math.round((count / ms) * 1_000);
}

async function memory() {
  return Number(/used_memory:(\d+)/.exec(await engine.info('memory'))?.[1]);
}

function scopeOf({ subjectId }) {
  const claims = { keyId: 'bench', tenantId, agentId: 'bench', teamIds: [], rights: new Set(), minTrust: 0 };
  return readScopeOf(createPrincipal(claims), subjectId);
}

function common({ subjectId, sessionKey }) {
  recordedAt += 1;
  const audience = `u:${subjectId}`;
  const sealed = randomBytes(SEALED_BYTES).toString('base64');
  return { tenantId, subjectId, sessionKey, epoch: 1, audience, trust: 0.9, sealed };
}

function aTurn(session) {
  const named = { type: 'turn-received', v: 1, turnId: randomUUID(), role: 'user', sourceClass: 'user' };
  return { ...common(session), ...named, occurredAt: new Date().toISOString(), recordedAt };
}

function aState(session) {
  return { ...common(session), revision: recordedAt };
}
