import 'reflect-metadata';
import { runMain } from '@mneme/platform';
import { lookOffline } from './look-offline.js';
import { parseStandaloneConfigs } from './standalone-configs.js';
import { startStandalone } from './start-standalone.js';

const run = process.argv.includes('--offline') ? lookOffline : startStandalone;
await runMain(() => run(parseStandaloneConfigs(process.env)));
