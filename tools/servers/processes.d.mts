import type { Run } from './places.mjs';

export function launch(
  run: Run,
  name: string,
  program: { readonly command: string; readonly args: readonly string[] },
): void;
export function runningPid(run: Run, name: string): number | undefined;
export function untilReady(run: Run, name: string, isReady: () => Promise<boolean>): Promise<void>;
export function stop(
  run: Run,
  name: string,
  options?: { readonly signal?: NodeJS.Signals; readonly withinMs?: number },
): Promise<void>;
export function answerOf(port: number, bytes: string | Uint8Array): Promise<Uint8Array | undefined>;
