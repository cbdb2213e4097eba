import 'reflect-metadata';
import { runMain } from '@mneme/platform';
import { parseStandaloneConfigs } from './standalone-configs.js';
import { startStandalone } from './start-standalone.js';

await runMain(() => startStandalone(parseStandaloneConfigs(process.env)));
