import { clauseOf, type Clause } from './clause.js';
import { CONSTRAINT_RULES } from './constraint-rules.js';
import { factTextOf } from './fact-text.js';
import { IDENTITY_RULES } from './identity-rules.js';
import { normalisedName } from './normalised-name.js';
import { PEOPLE_RULES } from './people-rules.js';
import { PLAN_RULES } from './plan-rules.js';
import { POSSESSION_RULES } from './possession-rules.js';
import { PREDICATES, type Predicate } from './predicates.js';
import { PREFERENCE_RULES } from './preference-rules.js';
import { assertionsIn, READING_LIMITS, type Sentence } from './reading.js';
import type { Finding, Rule } from './rule.js';
import { validityOf } from './spoken-time.js';
import { STATE_RULES } from './state-rules.js';
import type { StatedEntity, StatedFact, StatementContext } from './stated-fact.js';
import type { ClauseSubject } from './subject.js';
import { WORK_RULES } from './work-rules.js';

const RULES = [
  PREFERENCE_RULES,
  IDENTITY_RULES,
  WORK_RULES,
  PEOPLE_RULES,
  POSSESSION_RULES,
  PLAN_RULES,
  CONSTRAINT_RULES,
  STATE_RULES,
].flat();
const SENTENCE_RULES = RULES.filter(({ on }) => on === 'sentence');
const CLAUSE_RULES = RULES.filter(({ on }) => on !== 'sentence');

/** The facts that a text states, by rules alone: the same text and context give the same facts, in the text's order. */
export function factsOf(text: string, context: StatementContext): readonly StatedFact[] {
  if (context.role === 'system') return [];
  const found = assertionsIn(text).flatMap((sentence) => factsOfSentence(sentence, context));
  const named = found.filter((fact) => fact.subject !== 'speaker' || speaksForItself(context));
  return distinct(named).slice(0, READING_LIMITS.factsMax);
}

/** "I" of an assistant or a tool is no person, unless the turn gives it a name. */
function speaksForItself({ role, speakerName }: StatementContext): boolean {
  return role === 'user' || (role === 'assistant' && speakerName !== undefined);
}

function factsOfSentence(sentence: Sentence, context: StatementContext): readonly StatedFact[] {
  const facts: StatedFact[] = [];
  const whole = {
    text: sentence.text.replace(/[\s.!…]+$/, ''),
    subject: { kind: 'speaker' },
    phrase: '',
    negation: 'none',
    isCorrection: false,
    isHedged: false,
  } as const;
  for (const rule of SENTENCE_RULES) facts.push(...factsBy(rule, whole, context));
  const said = new Set(facts.map(({ predicate }) => predicate));
  let before: Clause | undefined;
  for (const raw of sentence.clauses) {
    const clause = clauseOf(raw) ?? undefined;
    const read = clause === undefined || clause.subject !== undefined ? clause : withSubjectOf(clause, before);
    if (read !== undefined) facts.push(...factsOfClause(read, context).filter(({ predicate }) => !said.has(predicate)));
    before = read?.subject === undefined ? before : read;
  }
  return facts;
}

const BARE_VERB =
  /^(?:work|works|live|lives|use|uses|have|has|own|owns|love|loves|like|likes|hate|hates|prefer|prefers|am|moved|joined|bought|started|plan|want|enjoy)\s/i;

/** "I live in Berlin and work at Acme": the second clause is about whom the first was. */
function withSubjectOf(clause: Clause, before: Clause | undefined): Clause {
  if (before?.subject === undefined || !BARE_VERB.test(clause.text)) return clause;
  return { ...clause, subject: before.subject, phrase: clause.text };
}

function factsOfClause(clause: Clause, context: StatementContext): readonly StatedFact[] {
  const facts: StatedFact[] = [];
  const done = new Set<Predicate>();
  for (const rule of CLAUSE_RULES) {
    if (done.has(rule.predicate)) continue;
    const found = factsBy(rule, clause, context);
    for (const { predicate } of found) done.add(predicate);
    facts.push(...found);
  }
  return [
    ...introductionOf(
      clause,
      context,
      facts.some(({ subject }) => subject !== 'speaker'),
    ),
    ...facts,
  ];
}

function factsBy(rule: Rule, clause: Clause, context: StatementContext): readonly StatedFact[] {
  const onPhrase = rule.on === undefined || rule.on === 'phrase';
  if (onPhrase && (clause.subject === undefined || !(rule.subjects ?? []).includes(clause.subject.kind))) return [];
  if (rule.denied === 'none' && clause.negation === 'not') return [];
  if (rule.denied === 'only' && clause.negation === 'none') return [];
  const groups = rule.pattern.exec(onPhrase ? clause.phrase : clause.text)?.groups;
  if (groups === undefined) return [];
  const findings = [rule.read({ groups, clause, context }) ?? []].flat();
  return findings.flatMap((finding) => factOf({ finding, rule, clause }, context));
}

interface Found {
  readonly finding: Finding;
  readonly rule: Rule;
  readonly clause: Clause;
}

function factOf({ finding, rule, clause }: Found, context: StatementContext): readonly StatedFact[] {
  const predicate = finding.predicate ?? rule.predicate;
  const subject =
    finding.subject ??
    (rule.on === undefined || rule.on === 'phrase' ? entityOf(clause.subject, predicate) : 'speaker');
  const isNegated = finding.isEnded === true || isDenied({ finding, rule, clause });
  const object = objectOf(finding, predicate);
  if (subject === undefined || normalisedName('value' in object ? object.value : object.name) === '') return [];
  const event = rule.isEvent === true || clause.negation === 'ended' ? (isNegated ? 'ends' : 'begins') : 'none';
  const said = {
    subject,
    predicate,
    object,
    isNegated,
    ...(finding.qualifier === undefined ? {} : { qualifier: finding.qualifier }),
  };
  return [
    {
      ...said,
      isCorrection: clause.isCorrection || /,\s+not\s+\S/i.test(clause.text),
      ...(predicate === 'plan_is' || predicate === 'decided' || predicate === 'scheduled_for'
        ? {}
        : validityOf(clause.text, context, event)),
      text: factTextOf(said, context.speakerName),
      certainty: clause.isHedged || finding.isHedged === true || context.role !== 'user' ? 'inferred' : 'stated',
    },
  ];
}

function isDenied({ finding, rule, clause }: Found): boolean {
  if (finding.predicate !== undefined || rule.on === 'clause') return false;
  if (finding.stillHolds === true) return clause.negation === 'not';
  return clause.negation !== 'none' && rule.denied !== 'only';
}

function entityOf(subject: ClauseSubject | undefined, predicate: Predicate): StatedEntity | 'speaker' | undefined {
  switch (subject?.kind) {
    case undefined:
      return undefined;
    case 'speaker':
      return 'speaker';
    case 'person':
      return {
        type: predicate === 'related_to' ? 'thing' : 'person',
        name: subject.name,
        ...(subject.relation === undefined || subject.relation === subject.name ? {} : { aliases: [subject.relation] }),
      };
    case 'pet':
      return { type: 'thing', name: subject.name, aliases: [subject.species] };
    case 'thing':
      return { type: /\bproject\b/i.test(subject.name) ? 'project' : 'thing', name: subject.name };
  }
}

function objectOf({ object, type, aliases }: Finding, predicate: Predicate): StatedFact['object'] {
  const [first = 'value'] = PREDICATES[predicate].objects;
  const kind = type ?? (predicate === 'related_to' ? 'thing' : first);
  if (kind === 'value') return { value: object };
  return { type: kind, name: object, ...(aliases === undefined ? {} : { aliases }) };
}

/** "My sister Anna …" and "my dog Luna …" say more than what follows: that there is a sister, a dog. */
function introductionOf(clause: Clause, context: StatementContext, saysMore: boolean): readonly StatedFact[] {
  const { subject } = clause;
  const isRelative =
    subject?.kind === 'person' && subject.relation !== undefined && (saysMore || subject.relation !== subject.name);
  if (!isRelative && subject?.kind !== 'pet') return [];
  const alias = subject.kind === 'pet' ? subject.species : (subject.relation ?? '');
  const object: StatedEntity = {
    type: subject.kind === 'pet' ? 'thing' : 'person',
    name: subject.name,
    ...(alias === subject.name ? {} : { aliases: [alias] }),
  };
  const said = {
    subject: 'speaker',
    predicate: subject.kind === 'pet' ? 'owns' : 'related_to_person',
    object,
    qualifier: alias,
    isNegated: false,
  } as const;
  return [
    {
      ...said,
      isCorrection: false,
      text: factTextOf(said, context.speakerName),
      certainty: context.role === 'user' ? 'stated' : 'inferred',
    },
  ];
}

function distinct(facts: readonly StatedFact[]): readonly StatedFact[] {
  const seen = new Set<string>();
  return facts.filter((fact) => {
    const subject = fact.subject === 'speaker' ? '' : normalisedName(fact.subject.name);
    const object = normalisedName('value' in fact.object ? fact.object.value : fact.object.name);
    const key = JSON.stringify([subject, fact.predicate, object, fact.isNegated]);
    return !seen.has(key) && seen.add(key);
  });
}
