import { MemoryContent } from '@mneme/events';
import {
  type CommandWish,
  instantOf,
  keyedHash,
  type SurveyedText,
  unseal,
  verificationIdOf,
  type WishedCommand,
} from '@mneme/domain';
import { parsedJson, type SubjectAccess, targetOf } from '@mneme/platform';
import { z } from 'zod';

const TEXT_CHARS_MAX = 8_192;
const OBJECT_CHARS_MAX = 256;

/**
 * What a webhook is asked: ids, times and a hash, and the text only where the policy says so. The hash is made under the
 * user's own key: equal texts of one user have equal hashes, and it means nothing once the user is erased.
 */
export function verificationOf(
  memory: SurveyedText,
  { keys, sendsText }: { readonly keys: (SubjectAccess & { state: 'open' })['keys']; readonly sendsText: boolean },
) {
  const content = parsedJson(MemoryContent, unseal(keys, { ...memory, recordId: memory.memoryId }, memory.sealed));
  const { tenantId, memoryId, version, kind, flags, confidence, occurredAtMs, reviewByMs } = memory;
  return {
    type: 'memory-verification',
    v: 1,
    requestId: verificationIdOf(memory),
    tenantId,
    memoryId,
    version,
    kind,
    flags,
    confidence,
    occurredAt: instantOf(occurredAtMs),
    ...(reviewByMs === undefined ? {} : { reviewBy: instantOf(reviewByMs) }),
    textHash: keyedHash(keys.input, `verification\0${content.text}`),
    ...(sendsText ? { text: content.text, ...(content.names === undefined ? {} : { names: content.names }) } : {}),
  };
}

const Answer = z.discriminatedUnion('decision', [
  z.object({ requestId: z.string(), decision: z.literal('confirm') }),
  z.object({
    requestId: z.string(),
    decision: z.literal('correct'),
    text: z.string().trim().min(1).max(TEXT_CHARS_MAX).optional(),
    object: z.string().trim().min(1).max(OBJECT_CHARS_MAX).optional(),
  }),
  z.object({ requestId: z.string(), decision: z.literal('retire') }),
  z.object({ requestId: z.string(), decision: z.literal('unknown') }),
]);

/** What came of an answer: a command, or why there is none. */
export type Verdict =
  | { readonly decision: 'confirm' | 'correct' | 'retire'; readonly command: WishedCommand }
  | { readonly decision: 'unknown' | 'malformed' };

/** Believes an answer that has the form, names the request, and says what can be done. */
export function verdictOf(memory: SurveyedText, body: string): Verdict {
  const parsed = Answer.safeParse(jsonOf(body));
  const requestId = verificationIdOf(memory);
  if (!parsed.success || parsed.data.requestId !== requestId) return { decision: 'malformed' };
  const wish = wishOf(memory, parsed.data);
  if (wish === undefined) return { decision: parsed.data.decision === 'unknown' ? 'unknown' : 'malformed' };
  const { tenantId, subjectId } = memory;
  const idempotencyKey = `verification/${requestId}`;
  // The source of truth is a tool of the tenant's.
  const command = { tenantId, subjectId, wish, sourceClass: 'tool', idempotencyKey } as const;
  return { decision: parsed.data.decision as 'confirm' | 'correct' | 'retire', command };
}

function wishOf(memory: SurveyedText, answer: z.infer<typeof Answer>): CommandWish | undefined {
  const target = targetOf(memory);
  switch (answer.decision) {
    case 'confirm':
      return { action: 'confirm', target, reason: 'verified' };
    case 'retire':
      return { action: 'retract', target, reason: 'verified-wrong' };
    case 'correct': {
      const { text, object } = answer;
      // A fact is corrected by its object, everything else by its text.
      if ((memory.kind === 'fact' ? object : text) === undefined || memory.kind === 'procedure') return undefined;
      return { action: 'correct', target, text, ...(memory.kind === 'fact' ? { object } : {}) };
    }
    case 'unknown':
      return undefined;
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
