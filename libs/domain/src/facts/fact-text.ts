import type { Predicate } from './predicates.js';
import type { StatedFact } from './stated-fact.js';

type Said = Pick<StatedFact, 'subject' | 'predicate' | 'object' | 'qualifier' | 'isNegated'>;

// As it reads while it holds, and when it does not or no longer does; %q is the qualifier.
const READS: Readonly<Record<Predicate, readonly [string, string]>> = {
  prefers: ['likes', 'no longer likes'],
  avoids: ['avoids', 'no longer avoids'],
  name_is: ['is named', 'is not named'],
  has_role: ['has the role', 'no longer has the role'],
  works_at: ['works at', 'no longer works at'],
  works_on: ['works on', 'does not work on'],
  uses: ['uses', 'does not use'],
  owns: ['has', 'does not have'],
  lives_in: ['lives in', 'no longer lives in'],
  knows: ['knows', 'does not know'],
  related_to_person: ['is related to', 'is not related to'],
  member_of: ['is a member of', 'is not a member of'],
  scheduled_for: ['is scheduled for', 'is not scheduled for'],
  decided: ['decided', 'decided against'],
  constrained_by: ['has the constraint', 'no longer has the constraint'],
  plan_is: ['plans', 'does not plan'],
  account_is: ['has the account', 'no longer has the account'],
  status_is: ['has the status', 'does not have the status'],
  related_to: ['is related to', 'is not related to'],
};

/** "Dana lives in Utrecht." Without a name the speaker is "The speaker". */
export function factTextOf(fact: Said, speakerName: string | undefined): string {
  const subject = fact.subject === 'speaker' ? (speakerName ?? 'The speaker') : fact.subject.name;
  const object = 'value' in fact.object ? fact.object.value : fact.object.name;
  const [holds, ended] = READS[fact.predicate];
  const qualifier = fact.qualifier === undefined || fact.qualifier === object ? '' : ` (${fact.qualifier})`;
  return `${capitalised(subject)} ${fact.isNegated ? ended : holds} ${object}${qualifier}.`;
}

function capitalised(text: string): string {
  const [first = '', ...rest] = text;
  return `${first.toUpperCase()}${rest.join('')}`;
}
