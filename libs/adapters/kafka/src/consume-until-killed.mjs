/* Consumes `turns` without end and writes one line per record before it commits; run by a spec. */
import { openKafka } from './open-kafka.ts';

const [brokers, topicPrefix, group, sessionTimeoutMs] = process.argv.slice(2);
const { log } = await openKafka({
  brokers: brokers.split(','),
  clientId: 'killed',
  topicPrefix,
  partitionCount: 4,
  sessionTimeoutMs: Number(sessionTimeoutMs),
});
await log.consume(
  { group, topic: 'mneme.turns.v1', batchRecordsMax: 10 },
  async (batch) => {
    process.stdout.write(batch.records.map(({ key }) => `${key}\n`).join(''));
    await batch.commit(batch.records.at(-1).offset + 1);
  },
  (error) => {
    throw error;
  },
);
process.stdout.write('started\n');
