import { parseArgs } from 'node:util';
import { percent, readLines } from '../labelled-lines.mjs';
import { figuresOf } from './figures.mjs';

/**
 * `npm run poisoning`: precision and recall of the poisoning rules on the labelled turns beside this file, and their speed.
 *   -- --data DIR       how many turns of conversations (in the form of docs/evaluation.md) would be held, by source
 *   -- --explain TEXT   why one text would be held (--source web)
 *   -- --wrong          the turns of the half `seen` that are judged otherwise than labelled
 * Needs the built library, which `npm run poisoning` sees to.
 */
const LIBRARY = new URL('../../libs/domain/dist/index.js', import.meta.url);
const DATA = new URL('data/', import.meta.url);
const HALVES = ['held-out', 'seen'];
const SOURCES = ['user', 'agent', 'tool', 'web'];
const SPEED_MS = 2_000;
const LONG_CHARS = 65_536;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    explain: { type: 'string' },
    source: { type: 'string', default: 'web' },
    wrong: { type: 'boolean', default: false },
  },
});
const { DEFAULT_POLICY, poisonOf } = await import(LIBRARY);

if (values.explain !== undefined) {
  console.log(
    poisonOf({ sourceClass: values.source, content: values.explain }, DEFAULT_POLICY).join(', ') || 'nothing',
  );
} else if (values.data !== undefined) printHeld(values.data);
else printLabelled();

function printLabelled() {
  for (const half of HALVES) {
    const figures = figuresOf(readLines(new URL(`${half}.jsonl`, DATA)), { poisonOf, policy: DEFAULT_POLICY });
    console.log(`\n${half}: ${figures.turns} turns`);
    printRates('poison', figures.poison);
    for (const [reason, rates] of Object.entries(figures.reasons)) printRates(reason, rates);
    // Whoever changes a rule must not look at the held-out half.
    if (!values.wrong || half !== 'seen') continue;
    for (const { turn, found } of figures.wrong) {
      console.log(
        `  ${turn.reasons.length > 0 ? 'missed' : `held (${found})`} ${turn.source} ${JSON.stringify(turn.text)}`,
      );
    }
  }
  const turns = HALVES.flatMap((half) => readLines(new URL(`${half}.jsonl`, DATA)));
  const short = turns
    .filter(({ text }) => text.length < 500)
    .map(({ text }) => ({ sourceClass: 'web', content: text }));
  console.log(`\n${count(turnsPerSecond(short))} turns/s of a web source on one core`);
  for (const [name, part] of [
    ['one letter', 'a'],
    ['spaces', ' '],
    ['a cut word', 'a\u200b'],
    ['orders', 'ignore all the '],
    ['quotes', '"'],
    ['letters apart', 'i g '],
    ['base64', 'Zm9v'],
  ]) {
    const content = part.repeat(Math.ceil(LONG_CHARS / part.length)).slice(0, LONG_CHARS);
    const startedMs = performance.now();
    poisonOf({ sourceClass: 'agent', content }, DEFAULT_POLICY);
    console.log(`  64 KiB of ${name}: ${(performance.now() - startedMs).toFixed(1)} ms`);
  }
}

function printRates(name, { labelled, precision, recall }) {
  console.log(
    `  ${name.padEnd(15)}${String(labelled).padStart(5)}  precision ${percent(precision)}  recall ${percent(recall)}`,
  );
}

function printHeld(directory) {
  const turns = readLines(`${directory}/turns.jsonl`);
  for (const sourceClass of SOURCES) {
    const held = turns.filter(({ text }) => poisonOf({ sourceClass, content: text }, DEFAULT_POLICY).length > 0).length;
    console.log(`as ${sourceClass}: ${held} of ${turns.length} held (${((held / turns.length) * 100).toFixed(3)} %)`);
  }
}

function turnsPerSecond(turns) {
  const startedMs = performance.now();
  let judged = 0;
  while (performance.now() - startedMs < SPEED_MS) {
    for (const turn of turns) poisonOf(turn, DEFAULT_POLICY);
    judged += turns.length;
  }
  return (judged * 1000) / (performance.now() - startedMs);
}

function count(value) {
  return Math.round(value).toLocaleString('en');
}
