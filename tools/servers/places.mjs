import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where one set of servers lives. What is downloaded is shared by all sets; data, logs and pid files are a set's own. */
export const CACHE = process.env.MNEME_SERVERS_CACHE ?? join(homedir(), '.cache', 'mneme-servers');

/** Ports that a set needs, by name; those that are not given are free ones, and stay the same for the set. */
export const PORT_NAMES = ['kafka', 'kafka-controller', 'neo4j', 'redis', 'postgres', 'qdrant', 'qdrant-grpc'];

/** A run: its directory and its ports. */
export async function openRun(directory = join(CACHE, 'run'), givenPorts = {}) {
  const run = resolve(directory);
  mkdirSync(run, { recursive: true });
  const file = join(run, 'ports.json');
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const ports = { ...kept, ...givenPorts };
  for (const name of PORT_NAMES) ports[name] ??= await freePort(Object.values(ports));
  writeFileSync(file, JSON.stringify(ports));
  return { directory: run, ports, pathOf: (...parts) => join(run, ...parts) };
}

async function freePort(taken) {
  const port = await new Promise((done, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port: found } = server.address();
      server.close(() => done(found));
    });
  });
  return taken.includes(port) ? freePort(taken) : port;
}
