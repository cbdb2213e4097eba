import { setFlagsFromString } from 'node:v8';
import { isMemoryError, type MemoryError, Unavailable } from '@mneme/domain';

/**
 * How much garbage a heap may hold before it is collected, in percent of what lives in it. Left to itself the engine lets a
 * heap of 60 MiB grow to 250: at 100,000 memories that is 150 MiB of a standalone's 690, for some hundredths of the CPU time.
 */
const HEAP_GROWING_PERCENT = 100;

/** An error that ends a start with its message. */
export function cannotStart(reason: string): MemoryError {
  return new Unavailable(reason);
}

/** Runs a process's start: an error of ours ends it with one line that says why, any other with its stack. */
export async function runMain(start: () => Promise<void>): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  try {
    await start();
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    process.stderr.write(`mneme cannot start: ${error.message}\n`);
    process.exit(1);
  }
}
