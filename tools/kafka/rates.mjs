/*
 * Measures the log on a real Kafka: `node tools/kafka/rates.mjs host:port [records]`, with the libraries built.
 * Topics have a prefix of their own and are removed at the end.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_KAFKA_LIMITS, openKafka } from '@mneme/kafka';
import kafkajs from 'kafkajs';

const [broker = '127.0.0.1:9092', recordCount = '100000'] = process.argv.slice(2);
const COUNT = Number(recordCount);
const TOPIC = 'mneme.turns.v1';
const MEMORIES = 'mneme.memories.v1';
const PARTITIONS = 16;
const VALUE = JSON.stringify({ tenantId: randomUUID(), text: randomBytes(600).toString('base64') });
const topicPrefix = `rates-${randomUUID().slice(0, 8)}.`;

const subjectIn = (partition) => partition.toString(16).padStart(8, '0') + randomBytes(28).toString('hex');
const SUBJECTS = Array.from({ length: PARTITIONS }, (_, partition) => subjectIn(partition));

const appendsOf = (count, topic = TOPIC) =>
  Array.from({ length: count }, (_, at) => ({
    topic,
    partition: at % PARTITIONS,
    key: randomUUID(),
    value: VALUE,
    subjectId: SUBJECTS[at % PARTITIONS],
  }));

const rate = (count, startedMs) => Math.round((count * 1_000) / (performance.now() - startedMs));
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);

async function appendRate(log, { batch, callers, count }) {
  const startedMs = performance.now();
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= batch;
      await log.append(appendsOf(batch));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  say(`append, ${batch} a call, ${callers} callers: records/s`, rate(count, startedMs));
}

async function consumeRate(log, { batchRecordsMax, count, group }) {
  let seen = 0;
  let startedMs;
  let endedMs;
  const consumption = await log.consume(
    { group, topic: TOPIC, batchRecordsMax },
    async (batch) => {
      startedMs ??= performance.now();
      seen += batch.records.length;
      await batch.commit(batch.records.at(-1).offset + 1);
      if (seen >= count) endedMs ??= performance.now();
    },
    (error) => {
      throw error;
    },
  );
  while (endedMs === undefined) await delay(10);
  say(
    `consume, ${batchRecordsMax} a batch, a commit each: records/s`,
    Math.round((seen * 1_000) / (endedMs - startedMs)),
  );
  await consumption.stop();
}

async function latency(log, { perSecond, seconds }) {
  const took = [];
  const sent = new Map();
  const consumption = await log.consume(
    { group: 'latency', topic: MEMORIES, batchRecordsMax: 100 },
    async (batch) => {
      for (const { key } of batch.records) if (sent.has(key)) took.push(performance.now() - sent.get(key));
      await batch.commit(batch.records.at(-1).offset + 1);
    },
    (error) => {
      throw error;
    },
  );
  await delay(1_000);
  const appended = [];
  const idle = process.cpuUsage();
  for (let at = 0; at < perSecond * seconds; at += 1) {
    const [append] = appendsOf(1, MEMORIES).map((one) => ({ ...one, partition: at % PARTITIONS }));
    sent.set(append.key, performance.now());
    const startedMs = performance.now();
    void log.append([append]).then(() => appended.push(performance.now() - startedMs));
    await delay(1_000 / perSecond);
  }
  await delay(1_000);
  const used = process.cpuUsage(idle);
  const ends = took.sort((a, b) => a - b);
  const acks = appended.sort((a, b) => a - b);
  say(`${perSecond}/s: append p50 / p95 ms`, `${quantile(acks, 0.5)} / ${quantile(acks, 0.95)}`);
  say(`${perSecond}/s: append to handler p50 / p95 ms`, `${quantile(ends, 0.5)} / ${quantile(ends, 0.95)}`);
  say(`${perSecond}/s: CPU ms per second`, Math.round((used.user + used.system) / 1_000 / (seconds + 1)));
  await consumption.stop();
}

async function reads(log, subjectTopics, count) {
  for (const recordsMax of [1, 100, 1_000]) {
    const startedMs = performance.now();
    let read = 0;
    let calls = 0;
    let offset = 0;
    while (calls < 100) {
      const records = await log.read({ topic: TOPIC, partition: 0, offset }, recordsMax);
      if (records.length === 0) break;
      offset = records.at(-1).offset + 1;
      read += records.length;
      calls += 1;
    }
    const tookMs = performance.now() - startedMs;
    say(`read, ${recordsMax} a call: ms a call, records/s`, `${(tookMs / calls).toFixed(2)}, ${rate(read, startedMs)}`);
  }
  const startedMs = performance.now();
  for (let call = 0; call < 100; call += 1) await log.endOffsets(TOPIC);
  say('endOffsets: ms a call', ((performance.now() - startedMs) / 100).toFixed(2));
  const committedMs = performance.now();
  for (let call = 0; call < 100; call += 1) await log.committedOffsets('consume-1000', TOPIC);
  say('committedOffsets: ms a call', ((performance.now() - committedMs) / 100).toFixed(2));
  const subject = { tenantId: randomUUID(), subjectId: SUBJECTS[3] };
  const scannedMs = performance.now();
  await subjectTopics.count(TOPIC, subject);
  const perMillion = ((performance.now() - scannedMs) / (count / PARTITIONS)) * 1_000_000;
  say('scan for a subject: s per million records of its partition', (perMillion / 1_000).toFixed(1));
  const againMs = performance.now();
  await subjectTopics.keys(TOPIC, subject, { limit: 100 });
  say('the next page: ms', (performance.now() - againMs).toFixed(1));
}

async function idleCost(log) {
  const failed = (error) => {
    throw error;
  };
  const consumptions = [];
  for (const group of ['idle-1', 'idle-2', 'idle-3'])
    consumptions.push(await log.consume({ group, topic: MEMORIES, batchRecordsMax: 100 }, async () => {}, failed));
  await delay(1_500);
  const start = process.cpuUsage();
  await delay(5_000);
  const { user, system } = process.cpuUsage(start);
  say('three idle consumers: CPU ms per second', ((user + system) / 5_000).toFixed(1));
  const stoppedMs = performance.now();
  await Promise.all(consumptions.map((consumption) => consumption.stop()));
  say('their stop: ms', Math.round(performance.now() - stoppedMs));
}

const options = { brokers: [broker], clientId: 'rates', topicPrefix, partitionCount: PARTITIONS };
const { log, subjectTopics, close } = await openKafka({ ...options, ...DEFAULT_KAFKA_LIMITS });
try {
  await idleCost(log);
  await appendRate(log, { batch: 100, callers: 1, count: 5_000 });
  await appendRate(log, { batch: 1, callers: 1, count: 1_000 });
  await appendRate(log, { batch: 1, callers: 200, count: 20_000 });
  await appendRate(log, { batch: 100, callers: 1, count: 20_000 });
  await appendRate(log, { batch: 100, callers: 8, count: COUNT });
  const count = (await log.endOffsets(TOPIC)).reduce((sum, end) => sum + end, 0);
  await consumeRate(log, { batchRecordsMax: 100, count, group: 'consume-100' });
  await consumeRate(log, { batchRecordsMax: 1_000, count, group: 'consume-1000' });
  await reads(log, subjectTopics, count);
  await latency(log, { perSecond: 200, seconds: 10 });
  say('resident MB at the end', Math.round(process.memoryUsage().rss / 1e6));
} finally {
  await close();
  const admin = new kafkajs.Kafka({ brokers: [broker], logLevel: 0 }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(topicPrefix));
  await admin.deleteTopics({ topics });
  const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
  await admin.deleteGroups(groups.filter((groupId) => groupId.startsWith(topicPrefix)));
  await admin.disconnect();
}
