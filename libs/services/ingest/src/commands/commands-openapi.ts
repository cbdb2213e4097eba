import type { Limits } from '@mneme/domain';
import type { OpenApiPart, Operation } from '@mneme/platform';
import { z } from 'zod';
import { commandSchema } from './command-schema.js';

/** What is answered to a command that was accepted. */
export const CommandAccepted = z.object({
  commandId: z.uuid(),
  token: z.string().meta({ description: 'Give it to a read that is to see what the command did.' }),
  idempotencyKey: z.string().meta({ description: 'Sent again under it, the same command is taken once.' }),
  repeated: z.boolean().meta({ description: 'Whether it had been accepted before.' }),
});

/** What the commands serve over HTTP, by the schemas that they parse with. */
export function commandsOpenApi(limits: Limits): OpenApiPart {
  return {
    requests: { Command: commandSchema(limits) },
    answers: { CommandAccepted },
    paths: { '/v1/commands': { post: postCommand } },
  };
}

const MEMORY_ID = 'c2a7e9d4-1b3f-5a68-9c0d-7e8f6a5b4c3d';

const postCommand: Operation = {
  operationId: 'postCommand',
  summary: 'Changes what is remembered.',
  description:
    'Records a procedure, or retracts, corrects, confirms or ends a memory, or makes it critical or normal again. The log has ' +
    'the command when it is answered; ' +
    'a read that is given the token sees what it did. Needs the right `ingest`, and `publish` for what a team or the ' +
    'whole organisation reads.',
  request: {
    'application/json': {
      schema: 'Command',
      example: { action: 'correct', userId: 'ana', memoryId: MEMORY_ID, text: 'I live in Porto.' },
    },
  },
  answers: {
    200: {
      description: 'The log has it.',
      content: {
        'application/json': {
          schema: 'CommandAccepted',
          example: {
            commandId: '7c1d5e0a-3b2f-5d6e-9a48-1f0e2d3c4b5a',
            token: 'eyJvIjp7IjIiOjE3fX0',
            idempotencyKey: 'command-1',
            repeated: false,
          },
        },
      },
    },
  },
};
