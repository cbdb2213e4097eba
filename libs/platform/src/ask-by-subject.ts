import type { ModelOutcome, ModelSubject, ModelTurn } from '@mneme/ports';

/** One turn to ask a model about, and whose it is. */
export interface ModelQuestion {
  readonly subject: ModelSubject;
  readonly turn: ModelTurn;
}

export interface AskLimits {
  /** After so long no request is begun any more; those that run have their own deadline. */
  readonly beginWithinMs: number;
  readonly signal: AbortSignal;
}

/** Requests at once: few enough that they do not wait for each other at the model's own limit. */
const REQUESTS_AT_ONCE_MAX = 4;
/** Turns of one request; small enough that it is answered within its deadline. */
const REQUEST_TURNS_MAX = 32;

type Ask<T> = (
  request: { readonly subject: ModelSubject; readonly turns: readonly ModelTurn[] },
  signal: AbortSignal,
) => Promise<readonly ModelOutcome<T>[]>;

/**
 * Asks about all questions, each user's by themselves, within bounded time. Outcomes are in the order of the questions;
 * undefined for those whose turn did not come in time. @throws the signal's reason.
 */
export async function askBySubject<T>(
  questions: readonly ModelQuestion[],
  ask: Ask<T>,
  { beginWithinMs, signal }: AskLimits,
): Promise<readonly (ModelOutcome<T> | undefined)[]> {
  const outcomes: (ModelOutcome<T> | undefined)[] = questions.map(() => undefined);
  const requests = requestsOf(questions);
  const startedMs = performance.now();
  const work = async () => {
    while (performance.now() - startedMs < beginWithinMs) {
      const request = requests.shift();
      if (request === undefined) return;
      const answers = await ask(request, signal);
      for (const [i, at] of request.positions.entries()) outcomes[at] = answers[i];
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE_MAX }, work));
  return outcomes;
}

function requestsOf(questions: readonly ModelQuestion[]) {
  const bySubject = new Map<string, number[]>();
  for (const [at, { subject }] of questions.entries()) {
    const name = `${subject.tenantId}/${subject.subjectId}`;
    bySubject.set(name, [...(bySubject.get(name) ?? []), at]);
  }
  return [...bySubject.values()].flatMap((all) => {
    const parts = Array.from({ length: Math.ceil(all.length / REQUEST_TURNS_MAX) }, (_, part) =>
      all.slice(part * REQUEST_TURNS_MAX, (part + 1) * REQUEST_TURNS_MAX),
    );
    return parts.map((positions) => ({
      subject: (questions[positions[0] ?? 0] as ModelQuestion).subject,
      turns: positions.map((at) => (questions[at] as ModelQuestion).turn),
      positions,
    }));
  });
}
