import { RefusalAnswer } from '@mneme/platform';
import { z } from 'zod';

/** What is answered to a request that was accepted. */
export const AcceptedAnswer = z.object({
  turnIds: z.array(z.uuid()).meta({ description: 'In the order of the turns.' }),
  token: z.string().meta({ description: 'Give it to a read that is to see these turns.' }),
  idempotencyKey: z
    .string()
    .meta({ description: 'Sent again under it, the same turns are taken once. Empty when each has its own.' }),
  repeatedCount: z.int().nonnegative().meta({ description: 'Turns that had been taken before.' }),
});

const Counts = {
  lines: z.int().nonnegative().meta({ description: 'Number of the last line that was read and is not empty.' }),
  acceptedCount: z.int().nonnegative(),
  repeatedCount: z.int().nonnegative().meta({ description: 'Of the accepted, those that had been taken before.' }),
  refusedCount: z.int().nonnegative(),
};

const Lines = z.array(z.int().positive()).meta({ description: 'The lines that this is about, from 1.' });

/** One line of the answer to a stream; every line that was sent is in exactly one of them, and the last says how it ended. */
export const LineAnswer = z.union([
  z.object({ lines: Lines, accepted: AcceptedAnswer }).meta({ description: 'These lines are in the log.' }),
  z.object({ lines: Lines, refused: RefusalAnswer }).meta({ description: 'Of these lines nothing was written.' }),
  z.object({ done: z.object(Counts) }).meta({ description: 'The last line: the whole body was read.' }),
  z
    .object({ failed: RefusalAnswer, ...Counts })
    .meta({ description: 'The last line: what comes after `lines` was not read; send it again.' }),
]);
export type LineAnswer = z.infer<typeof LineAnswer>;
