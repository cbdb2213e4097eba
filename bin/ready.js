#!/usr/bin/env node
// For the health check of a container: ends with 0 when the process that listens there does its work.
const [port = '7300'] = process.argv.slice(2);
const WITHIN_MS = 2_500;

try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(WITHIN_MS) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
