import { isMainThread } from 'node:worker_threads';

/** Ends the process after what it has in hand, as one that failed. A thread of its own ends alone; its owner ends the process. */
export function endProcess(): void {
  if (!isMainThread) process.exit(1);
  process.exitCode = 1;
  process.kill(process.pid, 'SIGTERM');
}
