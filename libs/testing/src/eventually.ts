import { setTimeout } from 'node:timers/promises';

const STEP_MS = 5;

/** Waits until `holds` answers true; fails after `withinMs`, so that a test says what never came about. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never came about: ${what}`);
    await setTimeout(STEP_MS);
  }
}
