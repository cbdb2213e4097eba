import { isMemoryError, type MemoryError, Unavailable } from '@mneme/domain';

/** An error that ends a start with its message. */
export function cannotStart(reason: string): MemoryError {
  return new Unavailable(reason);
}

/** Runs a process's start: an error of ours ends it with one line that says why, any other with its stack. */
export async function runMain(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    process.stderr.write(`mneme cannot start: ${error.message}\n`);
    process.exit(1);
  }
}
