import { readFileSync } from 'node:fs';
import { factsOf, normalisedName } from '../../libs/domain/dist/index.js';
import { SAID, labelledTurns, scoresOf } from './score.mjs';

/**
 * Measures the rules on the labelled set: `npm run facts`. With --misses it lists what went wrong on the tune half (of
 * the held-out half nothing is ever listed); with --texts FILE (JSON lines with `text`) it times other texts as well.
 */
const TIMED_ROUNDS = 20;
const percent = (share) => (share * 100).toFixed(1).padStart(6);
const turns = labelledTurns();

for (const split of ['tune', 'held-out']) {
  const { rows, all, times, misses } = scoresOf({
    turns: turns.filter((turn) => turn.split === split),
    factsOf,
    normalisedName,
  });
  console.log(`\n${split.padEnd(18)} facts  precision  recall     f1`);
  for (const row of [...rows, { name: 'all', ...all }]) {
    const rates = `${percent(row.precision)}     ${percent(row.recall)} ${percent(row.f1)}`;
    console.log(`${row.name.padEnd(18)} ${String(row.facts).padStart(5)}  ${rates}`);
  }
  console.log(`times right: ${times.right} of ${times.right + times.wrong}`);
  if (split === 'tune' && process.argv.includes('--misses')) for (const miss of misses) console.log(lineOf(miss));
}

time(
  'labelled set',
  turns.map(({ text }) => text),
);
const textsAt = process.argv.indexOf('--texts');
if (textsAt > 0) {
  const lines = readFileSync(process.argv[textsAt + 1], 'utf8')
    .trim()
    .split('\n');
  time(
    'given texts',
    lines.map((line) => JSON.parse(line).text),
  );
}

function time(name, texts) {
  const samplesMs = [];
  let facts = 0;
  const rounds = Math.max(1, Math.min(TIMED_ROUNDS, Math.ceil(20_000 / texts.length)));
  for (let round = 0; round < rounds; round += 1) {
    for (const text of texts) {
      const startedMs = performance.now();
      facts += factsOf(text, SAID).length;
      samplesMs.push(performance.now() - startedMs);
    }
  }
  samplesMs.sort((a, b) => a - b);
  const at = (share) => samplesMs[Math.floor((samplesMs.length - 1) * share)].toFixed(3);
  const perTurn = (facts / samplesMs.length).toFixed(2);
  console.log(`\n${name}: ${perTurn} facts a turn; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms a turn`);
}

function lineOf({ id, text, missed, wrong }) {
  const fact = missed ?? wrong;
  const subject = missed ? missed.subjects[0] : wrong.subject === 'speaker' ? 'speaker' : wrong.subject.name;
  const object = missed ? missed.objects[0] : (wrong.object.value ?? wrong.object.name);
  const negated = (missed ? missed.negated : wrong.isNegated) ? ' NOT' : '';
  return `${id} ${missed ? 'missed' : 'WRONG '} [${subject}${negated} ${fact.predicate} ${object}] ${fact.qualifier ?? ''} <- ${text}`;
}
