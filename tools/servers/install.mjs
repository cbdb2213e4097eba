import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOnPath, isRoot, runToEnd } from './commands.mjs';
import { jarDirectoryOf, JARS } from './java.mjs';
import { CACHE } from './places.mjs';
import { programOf } from './postgres.mjs';

const APT_WITHIN_MS = 900_000;
const MAVEN_WITHIN_MS = 900_000;
const LOCKED_WITHIN_MS = 1_800_000;
const JAVA_VERSION_MIN = 17;
const POLICY_FILE = '/usr/sbin/policy-rc.d';

/** What a server needs of the machine, and the Debian package that has it. */
const JAVA = { what: `java ${JAVA_VERSION_MIN}`, isThere: hasJava, packages: ['openjdk-17-jre-headless'] };
const MAVEN = { what: 'mvn', isThere: () => isOnPath('mvn'), packages: ['maven'] };
const NEEDS = {
  kafka: [JAVA],
  neo4j: [JAVA],
  redis: [{ what: 'redis-server', isThere: () => isOnPath('redis-server'), packages: ['redis-server'] }],
  postgres: [
    {
      what: 'postgres',
      isThere: () => programOf('postgres') !== undefined && programOf('initdb') !== undefined && isOnPath('psql'),
      packages: ['postgresql'],
    },
  ],
  qdrant: [],
};

/** What the servers would need before they can start, in words; empty when nothing is missing. */
export function missingFor(names) {
  const jars = jarsMissing(names).map((name) => `${name} ${JARS[name].version}`);
  return [...programsMissing(names).map(({ what }) => what), ...jars];
}

/** Puts what is missing in place. @throws Error in one line when this machine or user does not allow it. */
export async function install(names, say = () => undefined) {
  if (missingFor(names).length === 0) return;
  mkdirSync(CACHE, { recursive: true });
  await locked(async () => {
    await installPrograms(names, say);
    for (const name of jarsMissing(names)) await installJars(name, say);
  });
}

function programsMissing(names) {
  const needs = names.flatMap((name) => NEEDS[name]);
  if (jarsMissing(names).length > 0) needs.push(MAVEN);
  return [...new Set(needs)].filter(({ isThere }) => !isThere());
}

function jarsMissing(names) {
  return names.filter((name) => name in JARS && !existsSync(jarDirectoryOf(name)));
}

async function installPrograms(names, say) {
  const missing = programsMissing(names);
  if (missing.length === 0) return;
  const words = missing.map(({ what }) => what).join(', ');
  if (!isOnPath('apt-get')) throw new Error(`${words}: missing, and there is no apt-get that could install it`);
  if (!isRoot()) throw new Error(`${words}: missing, and only root can install it`);
  const packages = missing.flatMap((one) => one.packages);
  say(`installing ${packages.join(', ')}`);
  const options = {
    logFile: join(CACHE, 'apt.log'),
    withinMs: APT_WITHIN_MS,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  };
  const apt = (...args) => runToEnd('apt-get', args, options);
  await withoutServices(async () => {
    await apt('update', '-qq');
    await apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  });
  const still = programsMissing(names);
  if (still.length > 0) throw new Error(`${still.map(({ what }) => what).join(', ')}: still missing after installing`);
}

/** The packages would start servers of their own, on the usual ports. */
async function withoutServices(work) {
  if (existsSync(POLICY_FILE)) return work();
  writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(POLICY_FILE, { force: true });
  }
}

async function installJars(name, say) {
  const { version, profile } = JARS[name];
  say(`fetching ${name} ${version}`);
  const directory = jarDirectoryOf(name);
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const pom = join(import.meta.dirname, 'pom.xml');
  const args = ['-q', '-B', '-f', pom, '-P', profile, `-D${name}.version=${version}`, `-Djars=${unfinished}`];
  await runToEnd('mvn', [...args, 'dependency:copy-dependencies'], {
    logFile: join(CACHE, 'maven.log'),
    withinMs: MAVEN_WITHIN_MS,
  });
  renameSync(unfinished, directory);
}

/** One process at a time; what a dead one has left locked is taken over. */
async function locked(work) {
  const file = join(CACHE, 'install.lock');
  const deadlineMs = Date.now() + LOCKED_WITHIN_MS;
  while (!takes(file)) {
    if (Date.now() > deadlineMs) throw new Error(`another process has been installing for too long: remove ${file}`);
    await sleep(500);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function takes(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!existsSync(`/proc/${ownerOf(file)}`)) rmSync(file, { force: true });
    return false;
  }
}

function ownerOf(file) {
  try {
    return readFileSync(file, 'utf8') || 'self';
  } catch {
    return 'self';
  }
}

function hasJava() {
  if (!isOnPath('java')) return false;
  const said = execFileSync('java', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(/\s(\d+)/.exec(said)?.[1] ?? 0) >= JAVA_VERSION_MIN;
}
