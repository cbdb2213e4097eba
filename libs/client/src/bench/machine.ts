import { execFile } from 'node:child_process';
import { cpus, release, totalmem, type as systemType } from 'node:os';
import { promisify } from 'node:util';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Commit of the checkout, `+changes` when it was changed since, or `unknown`. */
  readonly commit: string;
}

export async function describeMachine(checkout: string): Promise<Machine> {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${systemType()} ${release()}`,
    node: process.version,
    commit: await commitOf(checkout),
  };
}

async function commitOf(checkout: string): Promise<string> {
  try {
    const commit = await git(checkout, ['rev-parse', '--short=12', 'HEAD']);
    const changes = await git(checkout, ['status', '--porcelain', '--untracked-files=no']);
    return changes === '' ? commit : `${commit}+changes`;
  } catch {
    // No git, or no checkout: an installed package has neither.
    return 'unknown';
  }
}

async function git(checkout: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [...words], { cwd: checkout, timeout: 5_000 });
  return stdout.trim();
}
