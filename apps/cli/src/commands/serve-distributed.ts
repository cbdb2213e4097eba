import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { type RunningServices, startServices, Unavailable } from '@mneme/client';
import type { CommandResult, Invocation } from '../invocation.js';
import { mainFileOf } from '../paths.js';

/** Runs every service as a process of its own until it is interrupted. */
export async function serveDistributed(invocation: Invocation): Promise<CommandResult> {
  if (!existsSync(mainFileOf('ingest'))) {
    throw new Unavailable('the services are not built: run `npm run build:services` first');
  }
  const { terminal, dataDirectory: directory } = invocation;
  const { environment, signal } = terminal;
  invocation.note('starting the services …');
  const services = await startServices({
    mainFileOf,
    environment,
    directory,
    signal,
    restarts: true,
    onLost: (service, how) =>
      invocation.note(`${service} ended (${how}) and is started again: see its log in ${directory}`),
  });
  try {
    terminal.stdout.write(`${linesOf(services, directory).join('\n')}\n`);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    invocation.note('stopping the services …');
    await services.stop();
  }
  return { json: { exitCode: 0 }, lines: [] };
}

function linesOf({ processes, http, developmentKey }: RunningServices, directory: string): readonly string[] {
  const content = 'I live in Lisbon, and I prefer short answers.';
  const turn = { userId: 'ana', speakerName: 'Ana', session: 's1', role: 'user', content };
  const rows = processes.map(({ service, pid, grpc = '', http: health }) =>
    ['  ', service.padEnd(17), grpc.padEnd(17), health.padEnd(25), `pid ${pid}`].join(''),
  );
  return [
    '',
    'Mneme is ready.',
    `  ${'service'.padEnd(17)}${'gRPC'.padEnd(17)}${'HTTP'.padEnd(25)}`,
    ...rows,
    `  data    ${directory}`,
    '  tenant  development',
    `  key     ${developmentKey}`,
    '',
    'Say something, then ask for it (in another terminal, in this directory):',
    `  curl -s ${http}/v1/turns -H 'authorization: Bearer ${developmentKey}' \\`,
    `    -H 'content-type: application/json' -d '${JSON.stringify(turn)}'`,
    `  node bin/mneme.js recall 'Where does Ana live?' --user ana --data-dir ${directory}`,
    '',
  ];
}
