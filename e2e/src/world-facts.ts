import type { factsOf } from '@mneme/domain';

/** One fact a turn, whatever the rules of the day would find in it: what matters here is where it goes. */
export const factsOfWorld: typeof factsOf = (text) => {
  const place = /lives in (\w+)/.exec(text)?.[1];
  const object = { type: place === undefined ? 'thing' : 'place', name: place ?? text } as const;
  const predicate = place === undefined ? 'prefers' : 'lives_in';
  const stated = { subject: 'speaker', predicate, object, isNegated: false, isCorrection: false } as const;
  return [{ ...stated, text: `Someone ${text}`, certainty: 'stated' }];
};
