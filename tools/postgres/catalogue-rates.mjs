import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

/**
 * `node tools/postgres/catalogue-rates.mjs [--rows 100000]`, with MNEME_POSTGRES_URL saying where the server is: how fast a
 * catalogue of made-up rows is written and read, in a schema of its own that is dropped in the end.
 */
const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const ROWS = Number(values.rows);
const BATCH = 500;
const USERS = 50;
const LOOKS = 300;
const from = (path) => import(new URL(`../../libs/${path}`, import.meta.url));
const { openPostgres } = await from('adapters/postgres/dist/index.js');
const { ScratchSchema } = await from('adapters/postgres/dist/scratch-schema.js');
const { ScratchLog } = await from('adapters/postgres/dist/scratch-log.js');
const { createPrincipal, readScopeOf, subjectRef, tenantRef } = await from('domain/dist/index.js');

const tenantId = 'bench';
const users = Array.from({ length: USERS }, () => randomBytes(32).toString('hex'));
const scratch = new ScratchSchema(process.env.MNEME_POSTGRES_URL);
const log = new ScratchLog(4);
const { catalogue, accessCounts, memorySurvey, memoryVersions } = scratch.closing(
  await openPostgres({ url: scratch.url, schema: scratch.schema }, { log }),
);
const rows = Array.from({ length: ROWS }, (_, at) => rowOf(at));

try {
  await writes();
  await reads();
  await counting();
  await maintenance();
  await versions();
  await erasure();
} finally {
  await scratch.drop();
}

async function writes() {
  const batches = chunks(rows, BATCH);
  const seconds = await timed(async () => {
    for (const [at, batch] of batches.entries()) {
      await catalogue.upsert(batch);
      await catalogue.noteWatermark('catalogue', { partition: 0, turnsOffset: at + 1 }, []);
    }
  });
  tell('rows written, with a watermark a batch', ROWS / seconds, 'rows/s');
  const again = batches.slice(0, 40);
  const repeated = await timed(async () => {
    for (const batch of again) await catalogue.upsert(batch);
  });
  tell('the same rows written again', (again.length * BATCH) / repeated, 'rows/s');
}

async function reads() {
  for (const count of [18, 58, 200, 1_000]) {
    await spread(`get of ${count} ids`, (at) => {
      const user = users[at % USERS];
      return catalogue.get(scopeOf(user), pick(count, user));
    });
  }
  await spread('list, a page of 50', (at) =>
    catalogue.list(scopeOf(users[at % USERS]), { filter: {}, nowMs: 0, limit: 50 }),
  );
  await spread('list, a page of 50 of the organisation’s', () =>
    catalogue.list(scopeOf(undefined), { filter: {}, nowMs: 0, limit: 50 }),
  );
}

async function counting() {
  const recalls = 2_000;
  const accesses = Array.from({ length: recalls }, (_, offset) => ({
    offset,
    tenantId,
    memoryIds: pick(10),
    atMs: Date.now(),
  }));
  const seconds = await timed(async () => {
    for (const batch of chunks(accesses, 100)) await accessCounts.noteAccesses(0, batch);
  });
  tell('recalls of 10 memories counted, by 100', recalls / seconds, 'recalls/s');
}

async function maintenance() {
  let after;
  let surveyed = 0;
  const survey = await timed(async () => {
    for (;;) {
      const page = { limit: 1_000, beforeVersion: Number.MAX_SAFE_INTEGER, ...(after === undefined ? {} : { after }) };
      const memories = await memorySurvey.surveyKind(tenantRef(tenantId), 'episode', page);
      surveyed += memories.length;
      if (memories.length < 1_000) return;
      const last = memories.at(-1);
      after = { at: last.version, memoryId: last.memoryId };
    }
  });
  tell('memories surveyed, in pages of 1,000', surveyed / survey, 'memories/s');
  let read = 0;
  const digest = await timed(async () => {
    for await (const _record of catalogue.records(tenantRef(tenantId))) read += 1;
  });
  tell('records read for a digest', read / digest, 'records/s');
}

async function versions() {
  const topic = 'mneme.memories.v1';
  for (const batch of chunks(rows, 1_000)) {
    const appends = batch.map(({ memoryId, version, sealed }) => {
      return { topic, partition: 0, key: `${memoryId}/${version}`, value: sealed };
    });
    await log.append(appends);
  }
  const seconds = await timed(() => memoryVersions.published(0, ['none']));
  tell('keys noted of the log', ROWS / seconds, 'records/s');
  await spread('living versions of 10 memories, nothing new on the log', () => memoryVersions.living(0, pick(10)));
  await spread('100 keys, published or not', () => memoryVersions.published(0, pick(100)));
}

async function erasure() {
  const [user] = users;
  const many = Array.from({ length: 10_000 }, (_, at) => ({ ...rowOf(ROWS + at), ...ofUser(user) }));
  for (const batch of chunks(many, BATCH)) await catalogue.upsert(batch);
  let erased = 0;
  const seconds = await timed(async () => {
    erased = await catalogue.eraseSubject(subjectRef(tenantId, user), 2);
  });
  tell(`erasure of one user’s ${erased} rows among ${ROWS + 10_000}`, seconds * 1_000, 'ms');
}

function rowOf(at) {
  const recordedAt = 1_780_000_000_000_000 + at;
  const isShared = at % 20 === 0;
  return {
    memoryId: randomUUID(),
    version: recordedAt,
    tenantId,
    ...ofUser(users[at % USERS]),
    ...(isShared ? { audience: 'o' } : {}),
    sessionKey: randomBytes(32).toString('hex'),
    sourceId: randomUUID(),
    agentId: 'clerk',
    kind: 'episode',
    flags: ['fact', 'preference'],
    sourceClass: 'user',
    trust: 0.9,
    confidence: 0.9,
    importance: 'normal',
    occurredAtMs: Math.floor(recordedAt / 1_000),
    recordedAt,
    expiresAtMs: Math.floor(recordedAt / 1_000) + 90 * 86_400_000,
    derivedFrom: [randomUUID()],
    epoch: 1,
    // A turn of about 300 letters, sealed.
    sealed: randomBytes(400).toString('base64'),
  };
}

function ofUser(subjectId) {
  return { subjectId, contributors: [subjectId], audience: `u:${subjectId}` };
}

function scopeOf(user) {
  const claims = { tenantId, agentId: 'clerk', teamIds: [], rights: new Set(['recall', 'on-behalf-of']) };
  return readScopeOf(createPrincipal({ ...claims, minTrust: 0, grantedDepartmentIds: [] }), user);
}

/** Of the user's own where one is named, else anybody's. */
function pick(count, user) {
  const own = user === undefined ? undefined : users.indexOf(user);
  return Array.from({ length: count }, () => {
    const at = Math.floor(Math.random() * ROWS);
    return (rows[own === undefined ? at : at - (at % USERS) + own] ?? rows[0]).memoryId;
  });
}

async function spread(what, look) {
  const tookMs = [];
  let found = 0;
  for (let at = 0; at < LOOKS; at++) {
    const seconds = await timed(async () => {
      const answer = await look(at);
      found += answer.length ?? answer.size;
    });
    tookMs.push(seconds * 1_000);
  }
  tookMs.sort((a, b) => a - b);
  const at = (share) => (tookMs[Math.floor(LOOKS * share)] ?? 0).toFixed(2);
  process.stdout.write(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, ${Math.round(found / LOOKS)} found\n`);
}

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

function tell(what, figure, unit) {
  process.stdout.write(`${what}: ${Math.round(figure).toLocaleString('en')} ${unit}\n`);
}

function chunks(all, size) {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
