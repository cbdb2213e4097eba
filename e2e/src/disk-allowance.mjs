import { register } from 'node:module';
import { basename } from 'node:path';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import { DatabaseSync as Engine } from '@photostructure/sqlite';

export * from '@photostructure/sqlite';

/**
 * Loaded into the service, and into each of its threads, before it starts, and given to it in the engine's place. A
 * message `{ file, pages }` leaves room for so many more pages in that data file: beyond them the engine answers as on
 * a full disk. The bound is one of a connection, so it can only be set from within.
 */
export class DatabaseSync extends Engine {
  constructor(...given) {
    super(...given);
    opened.add(this);
  }
}

const opened = new Set();
register('./disk-allowance-hooks.mjs', import.meta.url);

const threads = new BroadcastChannel('disk-allowance');
if (isMainThread) answerTheTest();
else answerTheMainThread();
// Without it a service that is told to stop would wait for the test.
threads.unref();
process.channel?.unref();

function answerTheTest() {
  let others = 0;
  let onAnswer = () => undefined;
  threads.onmessage = ({ data }) => {
    if (data.isHere) others += 1;
    else onAnswer(data.bounded);
  };
  process.on('message', (wish) => {
    let waitingFor = others;
    let bounded = bound(wish);
    const answer = () => waitingFor === 0 && process.send?.({ bounded });
    onAnswer = (count) => {
      waitingFor -= 1;
      bounded += count;
      answer();
    };
    threads.postMessage(wish);
    answer();
  });
}

function answerTheMainThread() {
  threads.onmessage = ({ data }) => {
    if (data.file !== undefined) threads.postMessage({ bounded: bound(data) });
  };
  threads.postMessage({ isHere: true });
}

/** Bounds this thread's connections to a file; how many there are. */
function bound({ file, pages }) {
  const connections = [...opened].filter((db) => db.isOpen && basename(db.location() ?? '') === file);
  for (const db of connections) {
    const { page_count: count } = db.prepare('PRAGMA page_count').get();
    db.prepare(`PRAGMA max_page_count = ${count + pages}`).get();
  }
  return connections.length;
}
