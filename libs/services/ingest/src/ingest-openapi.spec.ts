import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { DEFAULT_LIMITS } from '@mneme/domain';
import { openApiDocument } from '@mneme/platform';
import { ingestOpenApi } from './ingest-openapi.js';
import { ingestSchema } from './turn-schema.js';

const LIMITS = { ...DEFAULT_LIMITS, batchTurnsMax: 5, toolCallsMax: 2 };

describe('what the OpenAPI document says of turns', () => {
  const document = openApiDocument('1', [ingestOpenApi(LIMITS)]);
  // A schema by itself has its definitions in another place.
  const inOneSchema = (name: string) =>
    z.fromJSONSchema(
      JSON.parse(
        JSON.stringify({ ...document.components.schemas[name], $defs: document.components.schemas }).replaceAll(
          '#/components/schemas/',
          '#/$defs/',
        ),
      ) as never,
    );
  const { post } = document.paths['/v1/turns'] as Record<'post', (typeof document.paths)[string][string]>;

  it('takes every request that ingest takes, and refuses unknown fields and wrong types as ingest does', () => {
    const accepts = inOneSchema('IngestRequest');
    const schema = ingestSchema(LIMITS);
    const text = fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom('', 'ana', 'x'.repeat(257)));
    const any = fc.oneof(text, fc.integer(), fc.constant(null), fc.boolean());
    const toolCall = fc.record({ name: text, arguments: fc.oneof(fc.constant({}), fc.constant('{}')) });
    const tame = fc.record(
      {
        session: fc.constantFrom('s1', 's2'),
        role: fc.constantFrom('user', 'assistant', 'tool', 'system'),
        content: fc.string({ unit: 'grapheme', maxLength: 300 }),
        userId: fc.constantFrom('ana', 'x'.repeat(256)),
        scope: fc.constantFrom('user', 'agent', 'tenant'),
        toolCalls: fc.array(fc.record({ name: fc.constant('find'), arguments: fc.constantFrom({}, '{}') }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: ['session', 'role', 'content'] },
    );
    const wild = fc.record(
      {
        session: any,
        role: fc.constantFrom('user', 'nobody'),
        content: any,
        userId: text,
        scope: fc.constantFrom('team', 'all'),
        teamId: text,
        toolCalls: fc.array(toolCall, { maxLength: 3 }),
        extra: any,
      },
      { requiredKeys: ['session', 'role', 'content'] },
    );
    const turn = fc.oneof({ weight: 5, arbitrary: tame }, { weight: 1, arbitrary: wild });
    const seen = { taken: 0, refused: 0 };
    const property = fc.property(fc.array(turn, { minLength: 1, maxLength: 6 }), (turns) => {
      const isTaken = schema.safeParse({ turns }).success;
      seen[isTaken ? 'taken' : 'refused'] += 1;
      // Ingest knows more than the document can say, never less.
      if (isTaken) expect(accepts.safeParse({ turns }).error).toBeUndefined();
      const hasStrangers = turns.some((one) => 'extra' in one || typeof one.content !== 'string');
      if (hasStrangers) expect([isTaken, accepts.safeParse({ turns }).success]).toEqual([false, false]);
    });
    fc.assert(property, { numRuns: 500 });
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(10);
  });

  it('names the limits that ingest goes by', () => {
    expect(document.components.schemas['IngestRequest']).toHaveProperty(['properties', 'turns', 'maxItems'], 5);
    const turn = document.components.schemas['Turn'];
    expect(turn).toHaveProperty(['properties', 'content', 'maxLength'], LIMITS.turnTextBytesMax);
    expect(turn).toHaveProperty(['properties', 'toolCalls', 'maxItems'], 2);
    expect(turn).toHaveProperty(['properties', 'session', 'maxLength'], LIMITS.idCharsMax);
  });

  it('gives examples that are what they are examples of', () => {
    const { requestBody, responses } = post;
    const schema = ingestSchema(LIMITS);
    const json = requestBody?.content['application/json']?.example;
    expect(schema.safeParse(json).error).toBeUndefined();
    const answers = responses['200']?.content ?? {};
    expect(inOneSchema('Accepted').safeParse(answers['application/json']?.example).error).toBeUndefined();
    const linesIn = (example: unknown) =>
      String(example)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    for (const line of linesIn(requestBody?.content['application/x-ndjson']?.example)) {
      expect(schema.safeParse({ turns: [line] }).error).toBeUndefined();
    }
    for (const line of linesIn(answers['application/x-ndjson']?.example)) {
      expect(inOneSchema('LineAnswer').safeParse(line).error).toBeUndefined();
    }
  });
});
