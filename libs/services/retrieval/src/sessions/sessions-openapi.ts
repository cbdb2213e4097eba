import type { OpenApiPart, Operation } from '@mneme/platform';
import {
  EndAnswer,
  HandedOff,
  HandOffAnswer,
  Resumption,
  ResumeAnswer,
  SessionEnding,
  SessionState,
  StateAnswer,
  StateRevision,
  WrittenState,
  WrittenTask,
} from './session-schema.js';

const PATH = { session: 'The session by its name.' };
const QUERY = { userId: 'The user to speak for; absent: the user that the key is bound to, or nobody.' };
const JSON_TYPE = 'application/json';
const STATE = { step: 2, waitingFor: 'a call back' };
const REVISION = '1780300800123456';
const RIGHTS = 'Needs the right `ingest`, and `on-behalf-of` to name a user.';

/** What is served of open sessions over HTTP, by the schemas that requests are parsed by. */
export const sessionsOpenApi: OpenApiPart = {
  requests: { WrittenTask, WrittenState, HandedOff, Resumption, SessionEnding },
  answers: { StateRevision, SessionState, StateAnswer, HandOffAnswer, ResumeAnswer, EndAnswer },
  paths: {
    '/v1/sessions/{session}/task': {
      get: getting('getTask', "The task's state of a session.", 'One object for all agents that may read the session.'),
      put: putting('putTask', "Replaces the task's state of a session.", 'WrittenTask'),
    },
    '/v1/sessions/{session}/working': {
      get: getting('getWorking', "The calling agent's own state.", 'No other agent reads it.'),
      put: putting('putWorking', "Replaces the calling agent's own state.", 'WrittenState'),
    },
    '/v1/sessions/{session}/hand-off': {
      post: {
        operationId: 'handOff',
        summary: 'Leaves a session to another agent or to a team.',
        description: `Answers a token that the receiver resumes it with. ${RIGHTS}`,
        path: PATH,
        request: {
          [JSON_TYPE]: {
            schema: 'HandedOff',
            example: { userId: 'ana', toAgent: 'closer', note: 'She waits for a call.' },
          },
        },
        answers: answered('The session waits for its receiver.', 'HandOffAnswer', {
          resumeToken: 'mnr_example',
          expiresAt: '2026-06-02T09:00:00.000Z',
        }),
      },
    },
    '/v1/sessions/resume': {
      post: {
        operationId: 'resume',
        summary: 'Takes a session over.',
        description:
          'All that the receiver needs, in one call. A token that is unknown, over, or for somebody else is refused, and ' +
          'which of these it is is not said. Needs the right `recall`.',
        request: { [JSON_TYPE]: { schema: 'Resumption', example: { resumeToken: 'mnr_example', turns: 20 } } },
        answers: answered('Note, task, last turns and memories.', 'ResumeAnswer'),
      },
    },
    '/v1/sessions/{session}/end': {
      post: {
        operationId: 'endSession',
        summary: 'Ends a session, for now.',
        description: `What was kept of it is summed up; one that goes on can end again. ${RIGHTS}`,
        path: PATH,
        request: { [JSON_TYPE]: { schema: 'SessionEnding', example: { userId: 'ana' } } },
        answers: answered('It is over.', 'EndAnswer', { state: 'ended', token: 'eyJvIjp7IjIiOjE3fX0', turnCount: 12 }),
      },
    },
  },
};

function getting(operationId: string, summary: string, description: string): Operation {
  return {
    operationId,
    summary,
    description: `${description} Needs the right \`recall\`, and \`on-behalf-of\` to name a user.`,
    path: PATH,
    query: QUERY,
    answers: answered('What there is.', 'StateAnswer', {
      state: {
        stateJson: JSON.stringify(STATE),
        revision: REVISION,
        agentId: 'opener',
        writtenAt: '2026-06-01T09:00:00.000Z',
      },
    }),
  };
}

function putting(operationId: string, summary: string, schema: string): Operation {
  return {
    operationId,
    summary,
    description: `With \`expectedRevision\` only over what was read; else the last writer wins. ${RIGHTS}`,
    path: PATH,
    request: { [JSON_TYPE]: { schema, example: { userId: 'ana', stateJson: STATE, expectedRevision: '0' } } },
    answers: answered('It is written.', 'StateRevision', { revision: REVISION }),
  };
}

function answered(description: string, schema: string, example?: object): Operation['answers'] {
  return { 200: { description, content: { [JSON_TYPE]: { schema, ...(example === undefined ? {} : { example }) } } } };
}
