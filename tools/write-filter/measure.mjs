import { parseArgs } from 'node:util';
import { percent, readLines } from '../labelled-lines.mjs';
import { curveOf, figuresOf } from './figures.mjs';

/**
 * `npm run filter`: precision and recall of the write-filter on the labelled turns beside this file, and its speed.
 *   -- --data DIR       the curve over the threshold on conversations in the form of docs/evaluation.md
 *   -- --explain TEXT   how one turn is judged (--role assistant)
 *   -- --wrong          the turns of the half `seen` that are judged otherwise than labelled
 * Needs the built library, which `npm run filter` sees to.
 */
const LIBRARY = new URL('../../libs/domain/dist/index.js', import.meta.url);
const DATA = new URL('data/', import.meta.url);
const HALVES = ['held-out', 'seen'];
const THRESHOLDS = Array.from({ length: 21 }, (_, i) => i / 2);
const SPEED_MS = 2_000;
const SOURCES = { user: 'user', assistant: 'agent', tool: 'tool', system: 'system' };

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    explain: { type: 'string' },
    role: { type: 'string', default: 'user' },
    wrong: { type: 'boolean', default: false },
  },
});
const { DEFAULT_POLICY, explainTurn, poisonOf } = await import(LIBRARY);
const rules = { explain: explainTurn, policy: DEFAULT_POLICY };

if (values.explain !== undefined) explain(values.explain);
else if (values.data !== undefined) printCurve(values.data);
else printLabelled();

function explain(content) {
  const { verdict, weighed } = explainTurn({ role: values.role, content }, DEFAULT_POLICY);
  const { score, points } = weighed ?? {};
  console.log(JSON.stringify({ ...verdict, score, points: Object.fromEntries(points ?? []) }, null, 2));
}

function printLabelled() {
  for (const half of HALVES) {
    const figures = figuresOf(readLines(new URL(`${half}.jsonl`, DATA)), rules);
    console.log(`\n${half}: ${figures.turns} turns`);
    printRates('keep', figures.keep);
    for (const [flag, rates] of Object.entries(figures.flags)) printRates(flag, rates);
    // Whoever changes a rule must not look at the held-out half.
    if (values.wrong && half === 'seen') {
      for (const { turn, verdict, weighed } of figures.wrong) {
        console.log(
          `  ${turn.keep ? 'lost' : 'kept'} ${JSON.stringify(turn.text)} ${weighed?.score} ${verdict.reasons ?? verdict.flags}`,
        );
      }
    }
  }
  const turns = HALVES.flatMap((half) => readLines(new URL(`${half}.jsonl`, DATA)));
  console.log(
    `\n${Math.round(turnsPerSecond(turns.map(({ role, text }) => ({ role, content: text })))).toLocaleString('en')} turns/s on one core, with the poisoning rules`,
  );
}

function printRates(name, { labelled, precision, recall }) {
  console.log(
    `  ${name.padEnd(17)}${String(labelled).padStart(5)}  precision ${percent(precision)}  recall ${percent(recall)}`,
  );
}

function printCurve(directory) {
  const evidence = new Set();
  const samples = new Map(
    readLines(`${directory}/questions.jsonl`).map((question) => [question.qid, question.sample_id]),
  );
  for (const { qid, evidence: ids } of readLines(`${directory}/evidence.jsonl`)) {
    for (const id of ids) evidence.add(`${samples.get(qid)}/${id}`);
  }
  const turns = readLines(`${directory}/turns.jsonl`).map((turn) => ({
    role: 'user',
    content: turn.text,
    isEvidence: evidence.has(`${turn.sample_id}/${turn.dia_id}`),
  }));
  console.log(`${turns.length} turns, ${turns.filter(({ isEvidence }) => isEvidence).length} of them evidence`);
  console.log('threshold  evidence kept  others dropped');
  for (const { threshold, evidenceKept, othersDropped } of curveOf(turns, { ...rules, thresholds: THRESHOLDS })) {
    console.log(
      `${threshold.toFixed(1).padStart(9)}  ${percent(evidenceKept).padStart(13)}  ${percent(othersDropped).padStart(14)}`,
    );
  }
  console.log(`${Math.round(turnsPerSecond(turns)).toLocaleString('en')} turns/s on one core`);
}

function turnsPerSecond(turns) {
  const startedMs = performance.now();
  let judged = 0;
  while (performance.now() - startedMs < SPEED_MS) {
    for (const turn of turns) {
      poisonOf({ ...turn, sourceClass: SOURCES[turn.role] }, DEFAULT_POLICY);
      explainTurn(turn, DEFAULT_POLICY);
    }
    judged += turns.length;
  }
  return (judged * 1000) / (performance.now() - startedMs);
}
