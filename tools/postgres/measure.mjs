import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

/**
 * `npm run postgres-bench -- [--url postgres://…] [--turns 100000] [--at-once 8]`: what the stores of control that every
 * request goes through cost on a PostgreSQL, in a schema of its own that is dropped afterwards.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'postgres://mneme@127.0.0.1:5432/mneme' },
    turns: { type: 'string', default: '100000' },
    'at-once': { type: 'string', default: '8' },
  },
});
const BATCH = 100;
const batches = Math.ceil(Number(values.turns) / BATCH);
const atOnce = Number(values['at-once']);
const from = (path) => import(new URL(`../../libs/${path}`, import.meta.url));
const { openPostgres } = await from('adapters/postgres/dist/index.js');
const { ScratchSchema } = await from('adapters/postgres/dist/scratch-schema.js');

const scratch = new ScratchSchema(values.url);
const log = { partitionCount: 16 };
const postgres = await openPostgres({ url: scratch.url, schema: scratch.schema, poolSizeMax: atOnce + 2 }, { log });

let recordedAt = Date.now() * 1_000;
const subjects = Array.from({ length: 2_000 }, () => ({
  tenantId: 'bench',
  subjectId: randomBytes(32).toString('hex'),
}));

try {
  await report(`reserve ${BATCH} turns, one call after another`, { calls: Math.min(batches, 500) }, () =>
    reserve(BATCH),
  );
  await report('reserve 1 turn, one call after another', { calls: 1_000 }, () => reserve(1));
  await report(`reserve and mark ${BATCH} turns, ${atOnce} calls at once`, { calls: batches, atOnce }, () =>
    reserveAndMark(),
  );
  const kept = await reserve(BATCH);
  await report(`reserve ${BATCH} turns again`, { calls: 200 }, () => postgres.acceptedTurns.reserve(kept));
  await subjectsAndUsage();
} finally {
  await postgres.close();
  await scratch.drop();
}

async function subjectsAndUsage() {
  const { subjectRegistry, usageStore } = postgres;
  const added = subjects.map((subject) => ({ ...subject, wrappedKey: randomBytes(60), keyGeneration: 1 }));
  const admitting = () => subjectRegistry.admit(added.splice(0, 1));
  await report('admit 1 subject', { calls: 1_000 }, admitting);
  await subjectRegistry.admit(added);
  const some = () => subjects.slice(0, 50).map(({ subjectId }) => subjectId);
  await report('read 50 subjects', { calls: 1_000 }, () => subjectRegistry.read('bench', some()));
  await report('fence and destroy 1 key', { calls: 200 }, async () => {
    const subject = subjects.pop();
    await subjectRegistry.fence(subject);
    await subjectRegistry.destroyKey(subject, 2);
  });
  const uses = Array.from({ length: 20 }, (_, n) => ({ tenantId: `t${n}`, day: '2026-01-01', turns: 1, tokens: 9 }));
  await report('add usage of 20 tenants', { calls: 500 }, () => usageStore.addUsage(uses));
}

async function reserve(count) {
  const turns = Array.from({ length: count }, aTurn);
  await postgres.acceptedTurns.reserve(turns);
  return turns;
}

async function reserveAndMark() {
  const turns = await reserve(BATCH);
  await postgres.acceptedTurns.mark(
    turns.map(({ turnId, recordedAt }) => ({ turnId, recordedAt, partition: 3, offset: recordedAt })),
  );
}

function aTurn() {
  const subject = subjects[Math.floor(Math.random() * subjects.length)];
  const fingerprint = randomBytes(32).toString('hex');
  return { turnId: randomUUID(), ...subject, epoch: 1, fingerprint, recordedAt: recordedAt++ };
}

async function report(name, { calls, atOnce = 1 }, call) {
  for (let n = 0; n < 20; n++) await call();
  const tookMs = [];
  let left = calls;
  const startedMs = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const callMs = performance.now();
      await call();
      tookMs.push(performance.now() - callMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - startedMs) / 1_000;
  tookMs.sort((a, b) => a - b);
  const at = (share) => tookMs[Math.floor(share * (tookMs.length - 1))].toFixed(1);
  console.log(`${name}: ${Math.round(calls / seconds)} calls/s, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}
