import { integerBelow, type Random } from './random.js';

/** Names are made of rare words of the vocabulary; so many of them are used, so that facts meet and end each other. */
const NAMES_FROM = 4_000;
const NAMES = 2_000;

type Name = () => string;

const TEMPLATES: readonly ((name: Name) => string)[] = [
  (name) => `I live in ${name()}.`,
  (name) => `I work at ${name()}.`,
  (name) => `I work on the ${name()} project.`,
  (name) => `I prefer ${name().toLowerCase()} tea.`,
  (name) => `I hate ${name().toLowerCase()} soup.`,
  (name) => `My sister ${name()} lives in ${name()}.`,
  (name) => `My brother ${name()} works at ${name()}.`,
  (name) => `${name()} works on the ${name()} project.`,
  (name) => `${name()} lives in ${name()}.`,
  (name) => `I'm allergic to ${name().toLowerCase()}.`,
  (name) => `My boss is ${name()}.`,
  (name) => `I moved to ${name()}.`,
];

/** One sentence that states one fact or two. */
export function factSentence(random: Random, word: (rank: number) => string): string {
  const name = () => {
    const plain = word(NAMES_FROM + integerBelow(NAMES, random));
    return plain.charAt(0).toUpperCase() + plain.slice(1);
  };
  const template = TEMPLATES[integerBelow(TEMPLATES.length, random)] as (typeof TEMPLATES)[number];
  return template(name);
}
