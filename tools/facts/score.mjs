import { readFileSync } from 'node:fs';

/** When and where every labelled turn is said. */
export const SAID = { role: 'user', speakerName: 'Dana', occurredAt: '2026-03-10T13:30:00.000Z', zone: '+01:00' };
const ZONE_MS = 3_600_000;
const PHRASES = new Set(['prefers', 'avoids', 'decided', 'constrained_by', 'plan_is', 'status_is']);
const PHRASE_F1_MIN = 0.7;

export function labelledTurns() {
  const lines = readFileSync(new URL('labelled.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** Precision, recall and F1 by predicate and in total (`all`), and how many of the labelled times came out right. */
export function scoresOf({ turns, factsOf, normalisedName }) {
  const tallies = new Map();
  const times = { right: 0, wrong: 0 };
  const misses = [];
  for (const turn of turns) {
    const found = [...factsOf(turn.text, SAID)];
    for (const label of turn.facts.filter(({ optional }) => !optional)) {
      const at = found.findIndex((fact) => agrees({ fact, label, normalisedName }));
      tally(tallies, label.predicate)[at < 0 ? 'missed' : 'right'] += 1;
      if (at < 0) misses.push({ id: turn.id, text: turn.text, missed: label });
      else countTimes(times, found.splice(at, 1)[0], label);
    }
    for (const fact of found) {
      if (turn.facts.some((label) => label.optional && agrees({ fact, label, normalisedName }))) continue;
      tally(tallies, fact.predicate).wrong += 1;
      misses.push({ id: turn.id, text: turn.text, wrong: fact });
    }
  }
  const rows = [...tallies.keys()].sort().map((name) => ({ name, ...ratesOf(tallies.get(name)) }));
  return { rows, all: ratesOf(sumOf([...tallies.values()])), times, misses };
}

function agrees({ fact, label, normalisedName }) {
  const subject = fact.subject === 'speaker' ? 'speaker' : fact.subject.name;
  const object = fact.object.value ?? fact.object.name;
  return (
    fact.predicate === label.predicate &&
    fact.isNegated === (label.negated ?? false) &&
    (label.qualifier === undefined || normalisedName(fact.qualifier ?? '') === normalisedName(label.qualifier)) &&
    label.subjects.some((name) => normalisedName(name) === normalisedName(subject)) &&
    label.objects.some((name) => sameObject({ name, object, predicate: fact.predicate, normalisedName }))
  );
}

function sameObject({ name, object, predicate, normalisedName }) {
  if (normalisedName(name) === normalisedName(object)) return true;
  if (!PHRASES.has(predicate)) return false;
  const [a, b] = [name, object].map((text) => new Set(normalisedName(text).match(/[\p{L}\p{N}]+/gu) ?? []));
  const shared = [...a].filter((word) => b.has(word)).length;
  return (2 * shared) / (a.size + b.size) >= PHRASE_F1_MIN;
}

function countTimes(times, fact, label) {
  for (const key of ['validFrom', 'validTo']) {
    if (label[key] === undefined) continue;
    const local = fact[key] && new Date(Date.parse(fact[key]) + ZONE_MS).toISOString();
    times[local?.startsWith(label[key]) ? 'right' : 'wrong'] += 1;
  }
}

function tally(tallies, predicate) {
  if (!tallies.has(predicate)) tallies.set(predicate, { right: 0, wrong: 0, missed: 0 });
  return tallies.get(predicate);
}

function sumOf(tallies) {
  const sum = (key) => tallies.reduce((total, row) => total + row[key], 0);
  return { right: sum('right'), wrong: sum('wrong'), missed: sum('missed') };
}

function ratesOf({ right, wrong, missed }) {
  const precision = right + wrong === 0 ? 0 : right / (right + wrong);
  const recall = right + missed === 0 ? 0 : right / (right + missed);
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { facts: right + missed, right, wrong, missed, precision, recall, f1 };
}
