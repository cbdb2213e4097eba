import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runToEnd } from './commands.mjs';
import { javaArguments } from './java.mjs';
import { answerOf, launch, logFileOf } from './processes.mjs';

const HEAP_MB = 384;
/** Any 16 bytes: one node is a cluster of its own. */
const CLUSTER_ID = 'TW5lbWVMb2NhbEthZmthMQ';
/** Asks for the versions of requests that it knows (key 18, version 0). */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Kafka: broker and controller in one process. */
export const kafka = {
  name: 'kafka',
  variables: ({ ports }) => ({ MNEME_KAFKA_BROKERS: `127.0.0.1:${ports.kafka}` }),
  isReady: async (run) =>
    /Kafka Server started/.test(readFileSync(logFileOf(run, 'kafka'), 'utf8')) &&
    (await answerOf(run.ports.kafka, API_VERSIONS)) !== undefined,
  start: async (run, { isQuick }) => {
    const properties = run.pathOf('kafka', 'server.properties');
    mkdirSync(run.pathOf('kafka'), { recursive: true });
    writeFileSync(properties, propertiesOf(run));
    if (!existsSync(run.pathOf('kafka', 'data', 'meta.properties'))) await format(run, properties);
    // What an earlier process has said is not what this one says.
    rmSync(logFileOf(run, 'kafka'), { force: true });
    const args = [...javaArguments('kafka', { heapMb: HEAP_MB, isQuick, properties: LOG_PROPERTIES }), 'kafka.Kafka'];
    launch(run, 'kafka', { command: 'java', args: [...args, properties] });
  },
};

const LOG_PROPERTIES = {
  'org.slf4j.simpleLogger.defaultLogLevel': 'warn',
  'org.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer': 'info',
  'org.slf4j.simpleLogger.showDateTime': 'true',
};

async function format(run, properties) {
  const args = [...javaArguments('kafka', { heapMb: 128, isQuick: true }), 'kafka.tools.StorageTool'];
  await runToEnd('java', [...args, 'format', '-t', CLUSTER_ID, '-c', properties], {
    logFile: run.pathOf('kafka', 'format.log'),
    withinMs: 60_000,
  });
}

function propertiesOf({ ports, pathOf }) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports['kafka-controller']}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports['kafka-controller']}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': pathOf('kafka', 'data'),
    // A topic that nobody has made is a mistake, not a wish.
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    // A group of one process need not wait for others.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.dedupe.buffer.size': 16 * 1_048_576,
    'log.cleaner.backoff.ms': 500,
    'log.retention.check.interval.ms': 5_000,
    'log.segment.delete.delay.ms': 1_000,
    // Each open segment reserves as much on the disk.
    'log.index.size.max.bytes': 1_048_576,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
