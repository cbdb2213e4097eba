import { looksLikeName, PET, RELATION, RELATION_ADJECTIVE } from './words.js';

export type ClauseSubject =
  | { readonly kind: 'speaker' }
  /** With `relation`, somebody's "my sister"; `name` is then the given name, or the relation itself where none is given. */
  | { readonly kind: 'person'; readonly name: string; readonly relation?: string }
  | { readonly kind: 'pet'; readonly name: string; readonly species: string }
  | { readonly kind: 'thing'; readonly name: string; readonly isOurs: boolean };

export interface SubjectFound {
  readonly subject: ClauseSubject;
  readonly rest: string;
}

const SPEAKER =
  /^(?:i|we|(?:our|my|the|this) (?:whole |entire |dev |engineering )?(?:team|company|startup|firm|family|household|management|leadership|board|group|department)|(?:my|our) [\p{L}-]+ and i|\p{Lu}\p{Ll}+ and (?:i|me)|me and \p{L}+|(?:everyone|everybody) (?:on|in) (?:my|our|the) team)\s+/iu;
const RELATIVE = new RegExp(`^(?:my|our)\\s+(${RELATION_ADJECTIVE}{0,2}(${RELATION}))(?=[\\s,]|$)`, 'iu');
const OWN_PET = new RegExp(`^(?:my|our)\\s+(?:\\p{L}+\\s+)?(${PET})(?=\\s)`, 'iu');
const DETERMINER = /^(?:the|our|my|this|all|all the|every)\s/i;
// What ends the noun phrase of a subject.
const VERB =
  /^(?:is|are|was|were|am|has|have|had|will|can|must|needs?|got|gets|depends?|relies|rely|replaces?|replaced|belongs?|reports|takes?|starts?|begins?|leaves?|departs|works?|runs?|uses?|loves?|likes?|hates?|prefers?|enjoys?|lives?|opens|closes|launches|happens|integrates|connects|talks|requires?|contains?|supports?|blocks?|extends?|remains|stays|went|goes|came|failed|fails|succeeded|crashed|supersedes|consists|feeds|owns?|only|not|no|just|also|still|finally|now|currently|cannot|should|would|could|might|may|dislikes?|doesn't|isn't)$/i;
const NAME_WORDS_MAX = 4;
const THING_WORDS_MAX = 7;

/** Who or what a clause begins with. A pronoun other than I and we begins none: whom it means is not in the clause. */
export function subjectAt(text: string): SubjectFound | undefined {
  const speaker = SPEAKER.exec(text)?.[0];
  if (speaker !== undefined) return { subject: { kind: 'speaker' }, rest: text.slice(speaker.length) };
  return relativeAt(text) ?? petAt(text) ?? nameAt(text) ?? thingAt(text);
}

function relativeAt(text: string): SubjectFound | undefined {
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const relation = (match[2] ?? '').toLowerCase();
  const after = text.slice(match[0].length);
  if (/^(?:\s+and\s|'s\s)/i.test(after)) return undefined;
  const named = nameIn(after.replace(/^\s*,?\s*/, ''), NAME_WORDS_MAX - 1);
  if (named === undefined) return { subject: { kind: 'person', name: relation, relation }, rest: after.trim() };
  return { subject: { kind: 'person', name: named.name, relation }, rest: named.rest.replace(/^,\s*/, '') };
}

function petAt(text: string): SubjectFound | undefined {
  const match = OWN_PET.exec(text);
  if (match === null) return undefined;
  const named = nameIn(text.slice(match[0].length).trim(), 2);
  if (named === undefined) return undefined;
  return { subject: { kind: 'pet', name: named.name, species: (match[1] ?? '').toLowerCase() }, rest: named.rest };
}

function nameAt(text: string): SubjectFound | undefined {
  const named = nameIn(text, NAME_WORDS_MAX);
  if (named === undefined || !/^\p{Ll}/u.test(named.rest)) return undefined;
  const next = named.rest.split(' ', 1)[0] ?? '';
  if (/^\p{Lu}\p{Ll}+$/u.test(named.name) || VERB.test(next)) {
    return /\d/.test(named.name) || /^(?:project|team|ticket|task|issue|operation)\b/i.test(named.name)
      ? { subject: { kind: 'thing', name: named.name, isOurs: false }, rest: named.rest }
      : { subject: { kind: 'person', name: named.name }, rest: named.rest };
  }
  return undefined;
}

function thingAt(text: string): SubjectFound | undefined {
  const words = text.split(' ');
  if (!DETERMINER.test(text) && !/^[\p{Lu}\d]/u.test(text)) return undefined;
  if (
    /^(?:this|that|these|those|it|he|she|they|you|there|what|who|here|nothing|everything|something|someone|let)$/i.test(
      words[0] ?? '',
    )
  )
    return undefined;
  const at = words.findIndex((word, i) => i > 0 && VERB.test(word));
  if (at < 1 || at > THING_WORDS_MAX) return undefined;
  const name = words.slice(0, at).join(' ');
  if (/[,:]|'s$/.test(name)) return undefined;
  const isOurs = /^(?:our|my)\s/i.test(name);
  return {
    subject: { kind: 'thing', name: name.replace(/^(?:the|our|my|this|all the)\s+/i, ''), isOurs },
    rest: words.slice(at).join(' '),
  };
}

/** Up to `wordsMax` words in capitals, and what follows them. */
function nameIn(text: string, wordsMax: number): { readonly name: string; readonly rest: string } | undefined {
  const words = text.split(' ');
  let count = 0;
  while (count < wordsMax && count < words.length && isNameWord(words[count] ?? '', count)) count += 1;
  if (count === 0) return undefined;
  const name = words.slice(0, count).join(' ');
  return /[,:]$/.test(name) && count < words.length
    ? { name: name.slice(0, -1), rest: `, ${words.slice(count).join(' ')}` }
    : { name, rest: words.slice(count).join(' ') };
}

function isNameWord(word: string, at: number): boolean {
  return looksLikeName(word) && !word.endsWith("'s") && (at > 0 || /^\p{Lu}/u.test(word));
}
