import type { ChatHandler } from './model-server-chat.js';

/** A turn as prompts show it: JSON between `<turns>` and `</turns>`. */
export interface ShownTurn {
  readonly turn: number;
  readonly role: string;
  readonly speaker?: string;
  readonly text: string;
}

/** The turns that a prompt shows, from the message of role `user` alone. */
export function shownTurnsOf(messages: readonly { readonly role: string; readonly content: string }[]) {
  const data = messages.find(({ role }) => role === 'user')?.content ?? '';
  return JSON.parse(data.replace(/^<turns>\n|\n<\/turns>$/g, '')) as readonly ShownTurn[];
}

/** What a model would answer that does as it is told and understands three sentences. */
export const obedientChat: ChatHandler = ({ schemaName, messages }) => {
  const turns = shownTurnsOf(messages);
  if (schemaName === 'classify') return { turns: turns.map(({ turn, text }) => ({ turn, labels: labelsOf(text) })) };
  if (schemaName === 'extract') return { turns: turns.map(({ turn, text }) => ({ turn, facts: factsOf(text) })) };
  return { sentences: turns.slice(0, 2).map(({ turn, text }) => ({ text, turns: [turn] })) };
};

function labelsOf(text: string): readonly string[] {
  return [...(/\blive\b/.test(text) ? ['fact'] : []), ...(/\bdecided\b/.test(text) ? ['decision'] : [])];
}

function factsOf(text: string): readonly unknown[] {
  const match = /I live in (\p{Lu}\p{L}+)(?: (since \w+))?/u.exec(text);
  return match === null
    ? []
    : [aModelFact({ object: match[1] ?? '', evidence: match[0], fromWords: match[2] ?? null })];
}

/** One fact as a model writes it: the speaker lives in Lisbon; give what the test is about. */
export function aModelFact(given: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    subject: null,
    subjectType: null,
    predicate: 'lives_in',
    object: 'Lisbon',
    objectType: 'place',
    objectAliases: [],
    qualifier: null,
    isNegated: false,
    isCorrection: false,
    certainty: 'stated',
    evidence: 'I live in Lisbon',
    fromWords: null,
    untilWords: null,
    ...given,
  };
}
