import type { Predicate } from '@mneme/domain';

/** The closed set in words for a model; what a predicate takes as its object is the domain's. */
export const PREDICATE_MEANINGS: Readonly<Record<Predicate, string>> = {
  prefers: 'likes it, wants it done so, or has it as a favourite',
  avoids: 'dislikes it, does not want it, or must not have it',
  name_is: 'is called so',
  has_role: 'has this job, title or duty',
  works_at: 'is employed there',
  works_on: 'is busy with this project',
  uses: 'works with this product, tool or language',
  owns: 'has it as a possession or is responsible for it',
  lives_in: 'has a home there',
  knows: 'is acquainted with this person',
  related_to_person: 'is family or a partner of this person; the qualifier says how',
  member_of: 'belongs to this organisation, club or team',
  scheduled_for: 'will take place then',
  decided: 'has settled on this',
  constrained_by: 'must keep to this limit, rule, budget or deadline',
  plan_is: 'intends to do this',
  account_is: 'has this customer, bank or user account; the qualifier says which kind',
  status_is: 'is in this state now',
  related_to: 'is connected with it in a way that none of the others names',
};
