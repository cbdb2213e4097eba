import { parseArgs } from 'node:util';
import { openRun, PORT_NAMES } from './places.mjs';
import { down, install, SERVER_NAMES, startableNames, status, up, variablesOf } from './servers.mjs';

const USAGE = `node tools/servers/main.mjs COMMAND [SERVER …] [--run DIR] [--port NAME=NUMBER …]

The engines of the distributed profile on this machine, without containers: ${SERVER_NAMES.join(', ')}.
Without a name a command means all that can be started here.

  install   what is missing: Debian packages as root, jars of Kafka and Neo4j through Maven
  up        starts them and waits until they answer; --install first, --quick for servers of a few minutes
  down      stops them; --wipe removes their data
  status    which run, their process and port
  env       export lines that say where they are

Several sets run side by side, each with a directory of its own. Ports that are not given are free ones and stay
with the directory: ${PORT_NAMES.join(', ')}.`;

const COMMANDS = {
  install: async ({ names }) => install(names, say),
  up: async ({ run, names, values }) => {
    if (values.install) await install(names, say);
    await up(run, names, { isQuick: values.quick, say });
  },
  down: async ({ run, values, given }) => down(run, given.length > 0 ? given : SERVER_NAMES, { wipe: values.wipe }),
  status: async ({ run }) => {
    for (const { name, state, pid, port } of await status(run)) {
      console.log(pid === undefined ? `${name} ${state}` : `${name} ${state} pid=${pid} port=${port}`);
    }
  },
  env: async ({ run, names }) => {
    for (const [name, value] of Object.entries(variablesOf(run, names))) console.log(`export ${name}='${value}'`);
  },
};

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      run: { type: 'string' },
      port: { type: 'string', multiple: true, default: [] },
      install: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      wipe: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, ...given] = positionals;
  if (values.help || !(command in COMMANDS)) return console.log(USAGE);
  const strangers = given.filter((name) => !SERVER_NAMES.includes(name));
  if (strangers.length > 0) throw new Error(`${strangers.join(', ')}: no such server; ${SERVER_NAMES.join(', ')} are`);
  const run = await openRun(values.run, Object.fromEntries(values.port.map(portOf)));
  await COMMANDS[command]({ run, given, names: given.length > 0 ? given : startableNames(), values });
}

function portOf(text) {
  const [name, number] = text.split('=');
  const port = Number(number);
  if (PORT_NAMES.includes(name) && Number.isInteger(port) && port > 0 && port < 65_536) return [name, port];
  throw new Error(`${text}: NAME=NUMBER is expected, NAME one of ${PORT_NAMES.join(', ')}`);
}

function say(line) {
  console.error(line);
}
