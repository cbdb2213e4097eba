import type { ModelFailure } from '@mneme/ports';
import { z } from 'zod';

const completion = z.object({
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    }),
  ),
  usage: z.object({ total_tokens: z.int().nonnegative() }).nullish().catch(undefined),
});

/** JSON that still has to be checked, or why there is none; and what it cost, when the server says. */
export type CompletionAnswer = ({ readonly json: unknown } | { readonly failure: ModelFailure }) & {
  readonly tokensUsed?: number;
};

/** Reads a chat completion as far as its protocol goes. */
export function answerOf(body: unknown): CompletionAnswer {
  const parsed = completion.safeParse(body);
  if (!parsed.success) return { failure: 'malformed' };
  const { choices, usage } = parsed.data;
  const cost = usage === undefined || usage === null ? {} : { tokensUsed: usage.total_tokens };
  return { ...contentOf(choices[0]), ...cost };
}

type Choice = z.infer<typeof completion>['choices'][number];

function contentOf(choice: Choice | undefined): { readonly json: unknown } | { readonly failure: ModelFailure } {
  if (choice === undefined) return { failure: 'empty' };
  const { message, finish_reason: finishReason } = choice;
  if (finishReason === 'content_filter') return { failure: 'filtered' };
  if ((message.refusal ?? '') !== '') return { failure: 'refused' };
  // Half an answer may still be JSON, and would be believed to be the whole.
  if (finishReason === 'length') return { failure: 'truncated' };
  const content = message.content ?? '';
  if (content.trim() === '') return { failure: 'empty' };
  try {
    return { json: JSON.parse(content) as unknown };
  } catch {
    return { failure: 'malformed' };
  }
}
