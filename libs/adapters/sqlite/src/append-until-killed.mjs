/* Appends to the log of a data directory without end and writes one line per acknowledged record; run by a spec. */
import { randomUUID } from 'node:crypto';
import { openSqlite } from './open-sqlite.ts';

const RECORDS_MAX = 20;
const WRITERS = 3;
const topic = 'mneme.turns.v1';
const [directory] = process.argv.slice(2);
const { log } = openSqlite(directory);

const appendsOf = (call, count) =>
  Array.from({ length: count }, (_, index) => ({
    topic,
    partition: index % log.partitionCount,
    key: `${call}/${index}/${count}`,
    value: 'x'.repeat(600),
  }));

async function write() {
  for (;;) {
    const appends = appendsOf(randomUUID(), 1 + Math.floor(Math.random() * RECORDS_MAX));
    const positions = await log.append(appends);
    const lines = appends.map(({ key }, index) => `${positions[index].partition} ${positions[index].offset} ${key}\n`);
    process.stdout.write(lines.join(''));
  }
}

await Promise.all(Array.from({ length: WRITERS }, write));
