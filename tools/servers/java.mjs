import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './places.mjs';

export const JARS = {
  kafka: { version: '4.4.0', profile: 'kafka' },
  neo4j: { version: '5.26.30', profile: 'neo4j' },
};

export function jarDirectoryOf(name) {
  return join(CACHE, `${name}-${JARS[name].version}`);
}

/**
 * `quick` compiles less: a server that lives for a few minutes is ready sooner and costs less, and one that is measured
 * is half as fast.
 */
export function javaArguments(name, { heapMb, isQuick = false, properties = {}, opens = [] }) {
  const jars = readdirSync(jarDirectoryOf(name)).filter((file) => file.endsWith('.jar'));
  return [
    '-XX:+UseSerialGC',
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:-UsePerfData',
    ...(isQuick ? ['-XX:TieredStopAtLevel=1'] : []),
    `-Xmx${heapMb}m`,
    '-Djava.awt.headless=true',
    ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
    ...opens.map((opened) => `--add-opens=${opened}=ALL-UNNAMED`),
    '-cp',
    jars
      .sort()
      .map((file) => join(jarDirectoryOf(name), file))
      .join(':'),
  ];
}
