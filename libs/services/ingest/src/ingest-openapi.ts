import type { Limits } from '@mneme/domain';
import type { OpenApiPart, Operation } from '@mneme/platform';
import { AcceptedAnswer, LineAnswer } from './ndjson/line-answers.js';
import { NDJSON } from './ndjson/stream-lines.js';
import { ingestSchema } from './turn-schema.js';

const TURN = {
  userId: 'ana',
  session: 's1',
  role: 'user',
  speakerName: 'Ana',
  content: 'I prefer short answers, and I live in Lisbon.',
  occurredAt: '2026-03-14T09:26:53+01:00',
};
const ANSWER_OF_TOOL = {
  userId: 'ana',
  session: 's1',
  role: 'tool',
  content: 'The order has shipped.',
  toolCalls: [{ name: 'track', arguments: { order: '7' } }],
};
const TURN_ID = '8a0c5a4e-5c1f-5d0e-9f53-0d5b7f4e2a11';
const ACCEPTED = { turnIds: [TURN_ID], token: 'eyJvIjp7IjIiOjE3fX0', idempotencyKey: 'request-1', repeatedCount: 0 };
const COUNTS = { lines: 2, acceptedCount: 2, repeatedCount: 0, refusedCount: 0 };

/** What ingest serves over HTTP, by the schemas that it parses with. */
export function ingestOpenApi(limits: Limits): OpenApiPart {
  const request = ingestSchema(limits);
  return {
    requests: { Turn: request.shape.turns.element, IngestRequest: request },
    answers: { Accepted: AcceptedAnswer, LineAnswer },
    paths: { '/v1/turns': { post: postTurns } },
  };
}

const postTurns: Operation = {
  operationId: 'postTurns',
  summary: 'Takes turns in.',
  description:
    'As `application/json`: one turn, or a request of up to 1,000 of them, taken as a whole or not at all. ' +
    'As `application/x-ndjson`: a stream of turns of any length, one a line, answered line by line while it goes on. ' +
    'What was accepted is on the disk. Needs the right `ingest`, and `on-behalf-of` to name a user.',
  headers: {
    'Idempotency-Key':
      'Names the request, or the stream, so that it can be sent again safely. Made where it is absent, and answered.',
  },
  request: {
    'application/json': {
      schema: { anyOf: [{ $ref: '#/components/schemas/Turn' }, { $ref: '#/components/schemas/IngestRequest' }] },
      example: { turns: [TURN, ANSWER_OF_TOOL], idempotencyKey: 'request-1' },
    },
    [NDJSON]: { schema: 'Turn', example: linesOf([TURN, ANSWER_OF_TOOL]) },
  },
  answers: {
    200: {
      description: 'The log has them. Of a stream: each line of the answer says which lines it is about.',
      content: {
        'application/json': { schema: 'Accepted', example: ACCEPTED },
        [NDJSON]: {
          schema: 'LineAnswer',
          example: linesOf([
            { lines: [1, 2], accepted: { ...ACCEPTED, turnIds: [TURN_ID, TURN_ID], idempotencyKey: '' } },
            { done: COUNTS },
          ]),
        },
      },
    },
  },
};

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
