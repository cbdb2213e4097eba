import { run } from './run.js';

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Asked twice: whatever was to be tidied up takes too long.
    if (abort.signal.aborted) process.exit(1);
    abort.abort(name);
  });
}
// The reader has read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { stdin, stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, environment: env, signal: abort.signal });
// A read of standard input that nobody waits for any more would keep the process.
stdin.destroy();
