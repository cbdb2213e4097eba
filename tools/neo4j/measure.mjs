import { dropLabelSpace, openNeo4j } from '../../libs/adapters/neo4j/dist/index.js';
import { subjectRef, tenantRef } from '../../libs/domain/dist/index.js';
import { runMain } from '../../libs/platform/dist/index.js';
import { Person } from './facts.mjs';
import { questionsTo, TENANT } from './questions.mjs';

/**
 * Writes and reads of the fact graph on a real Neo4j, in a label space of its own that is removed afterwards:
 * `MNEME_NEO4J_URL=bolt://user:password@host:7687 node tools/neo4j/measure.mjs [facts]`.
 */
const FACTS = Number(process.argv[2] ?? 100_000);
const FACTS_PER_PERSON = 100;
const BATCHES = [1, 10, 100, 500];
const RUNS = { people: { warm: 20, timed: 300 }, busy: { warm: 5, timed: 20 } };
/** Of them all but a few are ended. */
const BUSY_FACTS = 10_000;
const BUSY = { objects: 40, said: ['lives_in', 'status_is', 'uses', 'prefers'] };

await runMain(async () => {
  const options = { ...addressOf(new URL(process.env.MNEME_NEO4J_URL ?? '')), labelSpace: `Measured${process.pid}` };
  const neo4j = await openNeo4j(options);
  try {
    await writeInBatches(neo4j.factGraph);
    const people = await writePeople(neo4j.factGraph);
    const busy = new Person(TENANT, 'busy', BUSY);
    await writeAll(neo4j.factGraph, busy, { count: BUSY_FACTS, batch: 500 });
    await ask(neo4j.factGraph, people, '');
    await ask(neo4j.factGraph, [busy], `, ${BUSY_FACTS} facts`);
    await readBack(neo4j.factGraph);
    await erase(neo4j.factGraph, people[0]);
    await erase(neo4j.factGraph, busy);
  } finally {
    await neo4j.close();
    await dropLabelSpace(options);
  }
});

async function writeInBatches(graph) {
  for (const batch of BATCHES) {
    const person = new Person(TENANT, `batch of ${batch}`);
    await writeAll(graph, person, { count: batch, batch });
    const count = Math.min(2_000, batch * 200);
    const seconds = await secondsOf(() => writeAll(graph, person, { count, batch }));
    line(`write, batches of ${batch}`, `${Math.round(count / seconds)} facts/s`);
  }
}

async function writePeople(graph) {
  const people = [];
  const seconds = await secondsOf(async () => {
    for (let at = 0; at < FACTS; at += FACTS_PER_PERSON) {
      const person = new Person(TENANT, `person ${at}`);
      await writeAll(graph, person, { count: FACTS_PER_PERSON, batch: FACTS_PER_PERSON });
      people.push(person);
    }
  });
  line(`write ${FACTS} facts, batches of 100`, `${Math.round(FACTS / seconds)} facts/s`);
  const some = people.slice(-100);
  const again = await secondsOf(async () => {
    for (const person of some) await graph.upsert(person.some);
  });
  line('write what is there, batches of 100', `${Math.round((some.length * FACTS_PER_PERSON) / again)} facts/s`);
  return people;
}

async function ask(graph, people, of) {
  const { warm, timed } = people.length === 1 ? RUNS.busy : RUNS.people;
  for (const [name, question] of Object.entries(questionsTo(graph))) {
    const times = [];
    for (let run = 0; run < warm + timed; run += 1) {
      const seconds = await secondsOf(() => question(people[(run * 7) % people.length]));
      if (run >= warm) times.push(seconds * 1_000);
    }
    line(`${name}${of}`, quantiles(times));
  }
}

async function readBack(graph) {
  let count = 0;
  const seconds = await secondsOf(async () => {
    for await (const _ of graph.records(tenantRef(TENANT))) count += 1;
  });
  line(`read back and prove ${count} facts`, `${seconds.toFixed(1)} s`);
}

async function erase(graph, { subjectId }) {
  const subject = subjectRef(TENANT, subjectId);
  const count = await graph.countSubject(subject, 2);
  const seconds = await secondsOf(() => graph.eraseSubject(subject, 2));
  line(
    `erase a subject of ${count} facts`,
    `${(seconds * 1_000).toFixed(0)} ms, ${await graph.countSubject(subject, 2)} left`,
  );
}

async function writeAll(graph, person, { count, batch }) {
  for (let written = 0; written < count; written += batch) {
    person.some = Array.from({ length: batch }, () => person.next());
    await graph.upsert(person.some);
  }
}

function addressOf({ protocol, host, username, password }) {
  const credentials = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { url: `${protocol}//${host}`, ...credentials };
}

async function secondsOf(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function quantiles(times) {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

function line(name, figure) {
  console.log(`${name.padEnd(48)} ${figure}`);
}
