import { z } from 'zod';
import { ErrorAnswer, RefusalAnswer } from './error-answer.js';

/** A schema of the document: a name of its components, or JSON Schema 2020-12 as it stands. */
export type SchemaChoice = string | JsonSchema;
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Content {
  /** By media type. */
  readonly [mediaType: string]: { readonly schema: SchemaChoice; readonly example?: unknown };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** Whether it needs a key. */
  readonly isOpen?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts of the path and of the query, by name. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly request?: Content;
  /** By status. */
  readonly answers: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** What one service serves over HTTP. Schemas are the very ones that it parses requests by, and tests parse answers by. */
export interface OpenApiPart {
  /** By path and method: `/v1/turns`, `post`. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly requests: Readonly<Record<string, z.ZodType>>;
  readonly answers: Readonly<Record<string, z.ZodType>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: ParameterPlace; readonly description: string }[];
  readonly requestBody?: { readonly required: true; readonly content: DocumentContent };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: DocumentContent }>>;
}

export type ParameterPlace = 'header' | 'path' | 'query';

export type DocumentContent = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;

export const OPENAPI_DOCUMENT = Symbol('OpenApiDocument');
const SCHEMAS = '#/components/schemas/';
const BEARER = 'key';
const DESCRIPTION =
  'What Mneme takes in over HTTP, and open sessions. Other reads, erasure and administration are gRPC: see the .proto ' +
  'files. ' +
  'Every refusal is `{"error": …}` with a code for programs and the field or limit that it is about.';

/** OpenAPI 3.1 of all parts. @throws Error when two parts give the same path, method or name. */
export function openApiDocument(version: string, parts: readonly OpenApiPart[]): OpenApiDocument {
  const requests = merged(parts.map((part) => part.requests));
  const answers = merged([...parts.map((part) => part.answers), { Refusal: RefusalAnswer, Error: ErrorAnswer }]);
  return {
    openapi: '3.1.0',
    info: { title: 'Mneme', version, description: DESCRIPTION },
    paths: mapped(merged(parts.map(({ paths }) => paths)), (methods) => mapped(methods, operationOf)),
    components: {
      schemas: merged([jsonSchemasOf(requests, 'input'), jsonSchemasOf(answers, 'output')]),
      securitySchemes: {
        [BEARER]: { type: 'http', scheme: 'bearer', description: 'An API key, `mneme_…`, or a token (JWT).' },
      },
    },
  };
}

function operationOf({
  isOpen = false,
  headers,
  path,
  query,
  request,
  answers,
  ...told
}: Operation): DocumentOperation {
  const refused = { default: { description: 'A refusal.', content: { 'application/json': { schema: 'Error' } } } };
  const parameters = [
    ...parametersOf('path', path),
    ...parametersOf('query', query),
    ...parametersOf('header', headers),
  ];
  return {
    ...told,
    security: isOpen ? [] : [{ [BEARER]: [] }],
    parameters,
    ...(request === undefined ? {} : { requestBody: { required: true, content: contentOf(request) } }),
    responses: mapped(isOpen ? answers : { ...answers, ...refused }, ({ description, content }) => ({
      description,
      ...(content === undefined ? {} : { content: contentOf(content) }),
    })),
  };
}

function parametersOf(place: ParameterPlace, described: Readonly<Record<string, string>> = {}) {
  return Object.entries(described).map(([name, description]) => ({
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    description,
    schema: { type: 'string' },
  }));
}

function contentOf(content: Content): DocumentContent {
  return mapped(content, ({ schema, ...rest }) => ({
    schema: typeof schema === 'string' ? { $ref: `${SCHEMAS}${schema}` } : schema,
    ...rest,
  }));
}

/** Schemas that are part of others are named there, not repeated. */
function jsonSchemasOf(
  schemas: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => `${SCHEMAS}${id}`,
    unrepresentable: 'any',
    // Answers may grow: who reads them takes what is known and leaves the rest.
    override: ({ jsonSchema }) => {
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return mapped(made.schemas as Record<string, JsonSchema>, ({ $schema: _schema, $id: _id, ...rest }) => rest);
}

function merged<T>(records: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  const all: Record<string, T> = {};
  for (const [name, value] of records.flatMap(Object.entries<T>)) {
    if (name in all) throw new Error(`two parts of the OpenAPI document give ${name}`);
    all[name] = value;
  }
  return all;
}

function mapped<T, U>(record: Readonly<Record<string, T>>, of: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}
