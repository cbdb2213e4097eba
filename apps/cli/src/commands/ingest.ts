import { statSync } from 'node:fs';
import { fileSource, ingestFile, type IngestTally, type LineSource, type RefusedLine } from '@mneme/client';
import { integer } from '../arguments.js';
import { counted } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface IngestFlags {
  readonly chunk: number;
  readonly stopOnError?: boolean;
}

const CHUNK_TURNS = 500;
/** Refused lines that are listed; all of them are counted. */
const REFUSED_SHOWN_MAX = 1_000;
/** A token names its turns; that of a large chunk is for programs, which get it by `--json`. */
const TOKEN_CHARS_SHOWN_MAX = 500;

export function addIngest(shelf: Shelf): void {
  const command = leaf(shelf, 'ingest <file>')
    .description('stream turns in, one JSON object a line as for POST /v1/turns; `-` reads standard input')
    .option('--chunk <turns>', 'turns sent and accepted at once', integer(1, 1_000), CHUNK_TURNS)
    .option('--stop-on-error', 'stop at the first refused line instead of going on without it')
    .addHelpText('after', '\nRun the same command again after an interruption: nothing is taken twice.');
  does<IngestFlags>(shelf, command, ingest);
}

async function ingest(
  invocation: Invocation,
  [file = '-']: readonly string[],
  flags: IngestFlags,
): Promise<CommandResult> {
  const progress = invocation.progress('terminal');
  const bytesTotal = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size;
  const refused: RefusedLine[] = [];
  let tally: IngestTally | undefined;
  try {
    tally = await ingestFile(invocation.connect('agent'), {
      source: sourceOf(file, invocation),
      chunkTurnsMax: flags.chunk,
      stopOnError: flags.stopOnError === true,
      onProgress: (soFar) => {
        tally = soFar;
        if (bytesTotal !== undefined)
          progress.update('bytes', Math.min(soFar.bytes + soFar.lines, bytesTotal), bytesTotal);
      },
      onRefused: (line) => void (refused.length < REFUSED_SHOWN_MAX && refused.push(line)),
    });
  } catch (error) {
    progress.stop();
    if (tally !== undefined) {
      invocation.note(`${counted(tally.accepted, 'turn')} accepted so far; the same command again goes on from there`);
    }
    throw error;
  }
  progress.stop();
  return resultOf(tally, refused);
}

function sourceOf(file: string, { terminal }: Invocation): LineSource {
  return file === '-' ? { name: 'standard input', open: () => terminal.stdin } : fileSource(file);
}

function resultOf(tally: IngestTally, refused: readonly RefusedLine[]): CommandResult {
  const { lines, accepted, repeated, token } = tally;
  const unlisted = tally.refused - refused.length;
  return {
    json: { lines, accepted, repeated, refused: tally.refused, token, refusedLines: refused },
    lines: [
      ...refused.map(({ line, code, message, field }) =>
        [`line ${line}: ${code}: ${message}`, field === undefined || message.includes(field) ? '' : ` (${field})`].join(
          '',
        ),
      ),
      ...(unlisted > 0 ? [`… and ${counted(unlisted, 'refused line')} more`] : []),
      `${counted(accepted, 'turn')} accepted${repeated > 0 ? `, of which ${repeated} before` : ''}` +
        (tally.refused > 0 ? `; ${counted(tally.refused, 'line')} refused` : ''),
      ...(token === undefined || token.length > TOKEN_CHARS_SHOWN_MAX
        ? []
        : [`to wait for them: mneme recall … --token ${token}`]),
    ],
    failed: tally.refused > 0,
  };
}
