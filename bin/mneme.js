#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../apps/cli/dist/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('mneme is not built yet: run `npm run build` first\n');
  process.exitCode = 1;
}
