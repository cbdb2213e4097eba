import { z } from 'zod';

/** What a refusal says over HTTP; over gRPC it is the message of the same name. */
export const RefusalAnswer = z.object({
  code: z.string().meta({ description: 'What kind of refusal it is, for programs.' }),
  message: z.string().meta({ description: 'Why, for people.' }),
  field: z.string().optional().meta({ description: 'The field that is wrong, such as `turns[3].role`.' }),
  limit: z.string().optional().meta({ description: 'The limit and its value, such as `turnTextBytesMax=65536`.' }),
  sent: z.string().optional().meta({ description: 'What was sent, by size or type; never its text.' }),
  index: z.int().optional().meta({ description: 'Which turn of the request refused it, from 0.' }),
});

/** The body of every answer that is no success. */
export const ErrorAnswer = z.object({ error: RefusalAnswer });
