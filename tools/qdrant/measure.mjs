import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MadeUpIndex } from './made-up-index.mjs';

/**
 * `npm run qdrant-bench -- [--memories 100000] [--users 1000] [--compare]`: fills collections of its own on the Qdrant at
 * MNEME_QDRANT_URL, asks, and removes them. With `--compare` the vector index on SQLite is asked the same. `--shared 1`
 * makes everything the organisation's, `--scanned N` lowers `scannedPointsMax`, so that a graph is searched.
 */
const { values } = parseArgs({
  options: {
    memories: { type: 'string', default: '100000' },
    users: { type: 'string', default: '1000' },
    dimensions: { type: 'string', default: '256' },
    questions: { type: 'string', default: '500' },
    shared: { type: 'string', default: '50' },
    limit: { type: 'string', default: '1000' },
    scanned: { type: 'string' },
    compare: { type: 'boolean', default: false },
  },
});
const [memories, users, dimensions, questions, shared, limit] = [
  'memories',
  'users',
  'dimensions',
  'questions',
  'shared',
  'limit',
].map((name) => Number(values[name]));
const BATCH = 256;
const COMPARED = 10;
const url = process.env.MNEME_QDRANT_URL;
if (url === undefined) throw new Error('MNEME_QDRANT_URL says which Qdrant to measure');

const from = (path) => import(new URL(`../../libs/${path}`, import.meta.url));
const { openQdrant, dropQdrantCollections } = await from('adapters/qdrant/dist/index.js');
const { createPrincipal, readScopeOf, subjectRef } = await from('domain/dist/index.js');

const made = new MadeUpIndex({ memories, users, dimensions, shared });
const filter = { model: made.model, confidenceMin: 0.5, nowMs: Date.now() };
const scopeOf = (subjectId) =>
  readScopeOf(
    createPrincipal({
      keyId: 'k',
      tenantId: made.tenantId,
      agentId: 'a',
      teamIds: ['t'],
      rights: new Set(),
      minTrust: 0,
    }),
    subjectId,
  );

const limits = values.scanned === undefined ? {} : { scannedPointsMax: Number(values.scanned) };
const options = { url, collectionPrefix: `bench-${randomUUID().slice(0, 8)}`, limits };
const qdrant = await openQdrant(options);
try {
  const { tookMs, cpuMs } = await fill(qdrant.vectorIndex);
  const rate = Math.round((memories / tookMs) * 1_000);
  say('upsert', `${rate} memories/s in batches of ${BATCH}, ${(cpuMs / memories).toFixed(3)} ms of CPU here for each`);
  await ask(qdrant.vectorIndex, 'as filled');
  say('optimised', `${Math.round(await settledMs())} ms later`);
  const answers = await ask(qdrant.vectorIndex, 'at rest');
  if (values.compare) await compare(answers);
  const startedMs = performance.now();
  const erased = await qdrant.vectorIndex.eraseSubject(subjectRef(made.tenantId, made.subjectOf(0)), 2);
  say('erase', `${erased} memories of one user in ${Math.round(performance.now() - startedMs)} ms`);
} finally {
  await qdrant.close();
  await dropQdrantCollections(options);
}

async function fill(index) {
  let [tookMs, cpuMs] = [0, 0];
  for (let at = 0; at < memories; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, memories - at) }, (_, i) => made.memory(at + i));
    const [startedMs, startedCpuMs] = [performance.now(), usedCpuMs()];
    await index.upsert(batch);
    tookMs += performance.now() - startedMs;
    cpuMs += usedCpuMs() - startedCpuMs;
  }
  return { tookMs, cpuMs };
}

function usedCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function ask(index, when) {
  const took = { dense: [], lexical: [], both: [] };
  const answers = [];
  const timed = async (name, work) => {
    const startedMs = performance.now();
    const answer = await work();
    took[name].push(performance.now() - startedMs);
    return answer;
  };
  for (let at = 0; at < questions; at++) {
    const { subjectId, vector, terms } = made.question(at);
    const scope = scopeOf(subjectId);
    const dense = () => index.searchDense(scope, { vector, limit }, filter);
    const lexical = () => index.searchLexical(scope, { terms, limit }, filter);
    answers.push([await timed('dense', dense), await timed('lexical', lexical)]);
    await timed('both', () => Promise.all([dense(), lexical()]));
  }
  for (const [name, all] of Object.entries(took)) say(`${name}, ${when}`, percentilesOf(all.slice(questions / 10)));
  const hits = [0, 1].map((leg) => Math.round(answers.reduce((sum, legs) => sum + legs[leg].length, 0) / questions));
  say('hits', `${hits[0]} dense, ${hits[1]} lexical on average`);
  return answers;
}

async function compare(answers) {
  const { openSqlite } = await from('adapters/sqlite/dist/index.js');
  const sqlite = openSqlite(':memory:');
  await fill(sqlite.vectorIndex);
  const expected = await ask(sqlite.vectorIndex, 'on SQLite');
  ['dense', 'lexical'].forEach((name, leg) => {
    let [common, wanted, apart] = [0, 0, 0];
    answers.forEach((legs, at) => {
      const best = expected[at][leg].slice(0, COMPARED);
      const scores = new Map(legs[leg].slice(0, COMPARED).map(({ memoryId, score }) => [memoryId, score]));
      wanted += best.length;
      for (const { memoryId, score } of best) {
        if (scores.has(memoryId)) common += 1;
        apart = Math.max(apart, Math.abs((scores.get(memoryId) ?? score) - score));
      }
    });
    say(`${name} like SQLite`, `overlap@${COMPARED} ${(common / wanted).toFixed(4)}, scores at most ${apart} apart`);
  });
  await sqlite.close();
}

/** Until Qdrant has nothing left to optimise. */
async function settledMs() {
  const startedMs = performance.now();
  for (;;) {
    const { result } = await (await fetch(`${url}/aliases`)).json();
    const alias = result.aliases.find(({ alias_name: name }) => name.startsWith(options.collectionPrefix));
    const { result: info } = await (await fetch(`${url}/collections/${alias.alias_name}`)).json();
    if (info.status === 'green') return performance.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function percentilesOf(all) {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, least ${at(0)} ms`;
}

function say(what, figures) {
  console.log(`${what.padEnd(24)} ${figures}`);
}
