import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let isQuiet = false;

/**
 * kafkajs looks for requests that wait for their turn about a thousand times a second on each connection, also when none
 * waits. Afterwards it looks while one does.
 */
export function quietTimers(): void {
  if (isQuiet) return;
  isQuiet = true;
  const queue = RequestQueue.prototype;
  const { scheduleCheckPendingRequests: schedule } = queue;
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
