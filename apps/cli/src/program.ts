import { Command } from 'commander';
import { addAuditMemories } from './commands/audit-memories.js';
import { addBench } from './commands/bench.js';
import { addDemo } from './commands/demo.js';
import { addContext } from './commands/context.js';
import { addChange } from './commands/change.js';
import { addDigest } from './commands/digest.js';
import { addDoctor } from './commands/doctor.js';
import { addErasure } from './commands/erasure.js';
import { addEval } from './commands/eval.js';
import { addGraph } from './commands/graph.js';
import { addGrant } from './commands/grant.js';
import { addIngest } from './commands/ingest.js';
import { addIssuer } from './commands/issuer.js';
import { addJunk } from './commands/junk.js';
import { addKey } from './commands/key.js';
import { addMemories } from './commands/memories.js';
import { addOperations } from './commands/operations.js';
import { addOrganisation } from './commands/organisation.js';
import { addPolicy } from './commands/policy.js';
import { addQuarantine } from './commands/quarantine.js';
import { addProcedure } from './commands/procedure.js';
import { addRecall } from './commands/recall.js';
import { addReplay } from './commands/replay.js';
import { addServe } from './commands/serve.js';
import { addSession } from './commands/session.js';
import { addStatus } from './commands/status.js';
import { addTenant } from './commands/tenant.js';
import { addWebhook } from './commands/webhook.js';
import type { Shelf } from './leaf.js';
import { versionOf } from './paths.js';

export interface ProgramOptions extends Omit<Shelf, 'program'> {
  readonly onUsageError: (text: string) => void;
}

const WHERE = `
Where the service is: --address and --key, else MNEME_ADDRESS and MNEME_API_KEY, else the data directory of a service
on this machine (--data-dir, else MNEME_DATA_DIR, else .mneme here). In place of --ca, --cert and --key-file:
MNEME_CA_FILE, MNEME_CLIENT_CERT_FILE and MNEME_CLIENT_KEY_FILE.`;

/** Every command, and nothing that has run. */
export function buildProgram({ onUsageError, terminal, begin, finish }: ProgramOptions): Command {
  const program = new Command('mneme')
    .description(
      'The memory that AI agents run on: streams turns in, recalls them, erases people, and measures itself.',
    )
    .version(versionOf())
    .option('--address <host:port>', 'where the service is')
    .option('--key <key>', 'the key to call it with, mneme_…')
    .option('--tls', 'speak TLS; implied by the three below, and by the data directory')
    .option('--ca <file>', 'certificates that may vouch for the service (PEM), in place of the well-known ones')
    .option('--cert <file>', 'certificate to show to the service (PEM)')
    .option('--key-file <file>', "that certificate's key (PEM)")
    .option('--data-dir <directory>', 'data directory of a service on this machine')
    .addHelpText('after', WHERE)
    .showHelpAfterError('`--help` after a command shows what it takes; `mneme --help` lists all commands.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: onUsageError,
    });
  const shelf: Shelf = { program, terminal, begin, finish };
  for (const add of [addServe, addIngest, addRecall, addContext, addMemories]) add(shelf);
  for (const add of [addSession, addGraph, addChange, addProcedure, addErasure]) add(shelf);
  for (const add of [addTenant, addKey, addPolicy, addIssuer, addOrganisation, addGrant]) add(shelf);
  for (const add of [addQuarantine, addAuditMemories, addJunk, addWebhook]) add(shelf);
  for (const add of [addStatus, addDoctor, addOperations, addDigest, addReplay, addEval, addBench, addDemo]) add(shelf);
  return program;
}
