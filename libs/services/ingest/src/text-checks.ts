import { isCleanName, isCleanText, type IssueParams } from '@mneme/platform';
import { z } from 'zod';

type Payload<T> = z.core.ParsePayload<T>;

/** An id or a name: at least one character, none of them a control character. */
export function name(limitName: string, charsMax: number) {
  return z
    .string()
    .min(1)
    .check(
      refuseDirt,
      refuseControls,
      atMost(limitName, charsMax, (text: string) => text.length),
    )
    .meta({ maxLength: charsMax });
}

/** Refuses what is larger than a limit, and says which. */
export function atMost<T>(limitName: string, max: number, sizeOf: (value: T) => number) {
  return ({ value, issues }: Payload<T>): void => {
    const size = sizeOf(value);
    if (size <= max) return;
    issues.push(issue('this is more than the limit', [], { limit: `${limitName}=${max}`, sent: `${size}` }));
  };
}

export function refuseDirt({ value, issues }: Payload<string>): void {
  if (isCleanText(value)) return;
  const message = 'text has no NUL, no U+FFFD and no half surrogate pairs; send valid UTF-8';
  issues.push(issue(message, [], { sent: `text of ${value.length} characters` }));
}

function refuseControls({ value, issues }: Payload<string>): void {
  if (isCleanName(value) || !isCleanText(value)) return;
  issues.push(issue('ids and names have no control characters', [], { sent: `text of ${value.length} characters` }));
}

/** An issue without its input: what was sent is described, never quoted. */
export function issue(message: string, path: PropertyKey[], params: IssueParams) {
  return { code: 'custom' as const, message, path, params: { ...params }, input: undefined };
}
