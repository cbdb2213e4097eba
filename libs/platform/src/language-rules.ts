import { DEFAULT_POLICY, explainTurn, factsOf, summariseTurns } from '@mneme/domain';
import type { LanguageRules } from './fallback-language-model.js';

/** The rules of the domain in a language model's place. */
export const languageRules: LanguageRules = {
  classify: ({ role, content }, labels) => {
    const { verdict } = explainTurn({ role, content }, DEFAULT_POLICY);
    const said: readonly string[] = verdict.keep ? verdict.flags : verdict.reasons;
    return { labels: labels.map(({ name }) => name).filter((name) => said.includes(name)) };
  },
  extract: ({ content, context }) => ({ by: 'rules', facts: context === undefined ? [] : factsOf(content, context) }),
  summarise: ({ turns, sentencesMax }) => ({
    sentences: summariseTurns(turns, sentencesMax),
  }),
};
