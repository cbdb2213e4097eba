import type { DemoCost, DemoReport, DemoSessionReport } from '@mneme/client';
import { count, counted, oneLine, percent, plain, table } from '../format.js';

const WIDTH = 110;

/** The demo for people, in the order in which it happened. */
export function demoLines(report: DemoReport): readonly string[] {
  const { preferences, handOff } = report;
  return [
    ...report.sessions.flatMap(sessionLines),
    title('A preference that changed'),
    ...lines('at first', preferences.then),
    ...lines('now', preferences.now),
    '',
    title(`A hand-off, from ${handOff.from} to ${handOff.to}, read by the receiver in one call`),
    `  note: ${oneLine(handOff.note, WIDTH)}`,
    `  task: ${oneLine(handOff.stateJson, WIDTH)}`,
    `  ${counted(handOff.turns, 'turn')} of the session, ${counted(handOff.memories.length, 'memory', 'memories')}`,
    '',
    title(`What a model is given for: ${report.question}`),
    ...plain(report.context)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    title('What it costs'),
    ...costLines(report),
  ];
}

function sessionLines(session: DemoSessionReport): readonly string[] {
  const { name, daysAgo, turns, kept, profile, summary } = session;
  const when = daysAgo === 0 ? 'today' : `${counted(daysAgo, 'day')} ago`;
  const kinds = Object.entries(kept).map(([kind, number]) => counted(number, kind));
  return [
    title(`Session ${name}, ${when}`),
    `  ${counted(turns, 'turn')}; kept: ${kinds.join(', ')}`,
    ...Object.entries(profile).flatMap(([part, sentences]) => lines(part, sentences)),
    ...(summary === '' ? [] : lines('summed up', summary.split('\n'))),
    '',
  ];
}

function costLines({ sessions, total, model, pricedOn }: DemoReport): readonly string[] {
  const row = (name: string, cost: DemoCost): readonly string[] => [
    name,
    count(cost.calls),
    count(cost.contextTokens),
    count(cost.replayTokens),
    cost.contextUsd.toFixed(4),
    cost.replayUsd.toFixed(4),
    percent(cost.replayTokens === 0 ? 0 : 1 - cost.contextTokens / cost.replayTokens),
  ];
  return [
    ...table(
      ['session', 'calls', 'tokens, context', 'tokens, full replay', 'USD', 'USD, full replay', 'saved'],
      [...sessions.map(({ name, cost }) => row(name, cost)), row('all', total)],
    ).map((line) => `  ${line}`),
    `  One call for each turn of the user; list price of ${model} on ${pricedOn}, tokens estimated. A replay grows with`,
    '  all that was ever said; a context does not.',
  ];
}

function lines(name: string, sentences: readonly string[]): readonly string[] {
  return sentences.map((sentence, at) => `  ${(at === 0 ? name : '').padEnd(12)} ${oneLine(sentence, WIDTH)}`);
}

function title(text: string): string {
  return `── ${text}`;
}
