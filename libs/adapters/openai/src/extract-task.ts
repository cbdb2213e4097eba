import { ENTITY_TYPES, type EntityType, type Predicate, PREDICATES, type StatedEntity } from '@mneme/domain';
import type { ExtractedFact, Extraction, ModelTurn } from '@mneme/ports';
import { z } from 'zod';
import { PREDICATE_MEANINGS } from './predicate-meanings.js';
import { DATA_RULE } from './prompt-data.js';
import { hasName, hasSpan } from './text-spans.js';
import { objectSchema, turnItemsSchema } from './turn-items.js';
import type { Checked, TurnTask } from './turn-task.js';

/** Facts of one turn; more are refused. */
const FACTS_MAX = 32;
const ALIASES_MAX = 8;
const NAME_CHARS_MAX = 256;
const EVIDENCE_CHARS_MAX = 2_000;

const predicates = Object.keys(PREDICATES) as Predicate[];
const nullable = { type: ['string', 'null'] };

/** The facts that each turn states. */
export const EXTRACT_TASK: TurnTask<Extraction> = {
  name: 'extract',
  field: 'facts',
  instructions: [
    'For each turn list the facts that it states: something that holds, or is said to hold no longer, and is worth knowing',
    'in a later conversation. None is the usual answer. Copy evidence, names, values and times from the turn word for',
    'word; leave a fact out when its parts are not in that turn. subject is null for whoever says the turn.',
    'fromWords and untilWords are the words for the time from or until which it holds, unresolved; null when none is said.',
    'isNegated: it does not hold, or no longer. isCorrection: the speaker takes back something said before. certainty is',
    'inferred for what is hedged, or said about somebody else. qualifier tells one of several apart: the relation of a',
    'person, the topic of a favourite, the kind of account.',
    DATA_RULE,
    'Predicates, and the types that their object may have:',
    ...predicates.map((name) => `- ${name} (${PREDICATES[name].objects.join(', ')}): ${PREDICATE_MEANINGS[name]}`),
  ].join('\n'),
  schema: turnItemsSchema(
    'facts',
    objectSchema({
      subject: nullable,
      subjectType: { type: ['string', 'null'], enum: [...ENTITY_TYPES, null] },
      predicate: { type: 'string', enum: predicates },
      object: { type: 'string' },
      objectType: { type: 'string', enum: [...ENTITY_TYPES, 'value'] },
      objectAliases: { type: 'array', items: { type: 'string' } },
      qualifier: nullable,
      isNegated: { type: 'boolean' },
      isCorrection: { type: 'boolean' },
      certainty: { type: 'string', enum: ['stated', 'inferred'] },
      evidence: { type: 'string' },
      fromWords: nullable,
      untilWords: nullable,
    }),
  ),
  check: checkedFacts,
};

const name = z.string().trim().min(1).max(NAME_CHARS_MAX);
const words = name.nullish().transform((said) => said ?? undefined);
const item = z.object({
  subject: words,
  subjectType: z.enum(ENTITY_TYPES).nullish(),
  predicate: z.enum(predicates),
  object: name,
  objectType: z.enum([...ENTITY_TYPES, 'value']),
  objectAliases: z.array(name).max(ALIASES_MAX).default([]),
  qualifier: words,
  isNegated: z.boolean(),
  isCorrection: z.boolean(),
  certainty: z.enum(['stated', 'inferred']),
  evidence: z.string().trim().min(1).max(EVIDENCE_CHARS_MAX),
  fromWords: words,
  untilWords: words,
});
type Item = z.infer<typeof item>;

function checkedFacts(items: readonly unknown[], turn: ModelTurn): Checked<Extraction> {
  const facts = items.slice(0, FACTS_MAX).flatMap((one) => {
    const parsed = item.safeParse(one);
    const fact = parsed.success ? factOf(parsed.data, turn.content) : undefined;
    return fact === undefined ? [] : [fact];
  });
  return { value: { by: 'model', facts }, itemsRefused: items.length - facts.length };
}

/** Undefined for a fact whose object is of the wrong type, and for one with a part that the turn does not have. */
function factOf(said: Item, text: string): ExtractedFact | undefined {
  const { predicate, objectType, subject, qualifier, fromWords, untilWords } = said;
  if (!PREDICATES[predicate].objects.includes(objectType)) return undefined;
  if (subject !== undefined && (said.subjectType ?? undefined) === undefined) return undefined;
  if (!hasSpan(text, said.evidence)) return undefined;
  const named = [subject, said.object, qualifier, fromWords, untilWords, ...said.objectAliases];
  if (!named.every((part) => part === undefined || hasName(text, part))) return undefined;
  return {
    subject: subject === undefined ? 'speaker' : { type: said.subjectType as EntityType, name: subject },
    predicate,
    object: objectType === 'value' ? { value: said.object } : entityOf(objectType, said),
    ...(qualifier === undefined ? {} : { qualifier }),
    isNegated: said.isNegated,
    isCorrection: said.isCorrection,
    certainty: said.certainty,
    evidence: said.evidence,
    ...(fromWords === undefined ? {} : { fromWords }),
    ...(untilWords === undefined ? {} : { untilWords }),
  };
}

function entityOf(type: EntityType, { object, objectAliases }: Item): StatedEntity {
  return { type, name: object, ...(objectAliases.length === 0 ? {} : { aliases: objectAliases }) };
}
