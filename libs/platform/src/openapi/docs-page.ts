import type { DocumentContent, DocumentOperation, JsonSchema, OpenApiDocument } from './openapi.js';

const SCHEMAS = '#/components/schemas/';
const DEPTH_MAX = 6;

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 60rem; overflow-wrap: anywhere; padding: 1rem 1.5rem 4rem; }
  h2 { border-top: 1px solid; margin-top: 3rem; padding-top: 1rem; }
  code, pre { font: 0.9em/1.45 ui-monospace, monospace; }
  pre { border: 1px solid; border-radius: 4px; overflow-x: auto; padding: 0.75rem; }
  table { border-collapse: collapse; margin: 0.5rem 0 1rem; width: 100%; }
  td, th { border-bottom: 1px solid; padding: 0.3rem 0.6rem 0.3rem 0; text-align: left; vertical-align: top; }
  .method { text-transform: uppercase; }
`;

/** The document for people: one page of HTML that loads nothing and runs nothing. */
export function docsPage(document: OpenApiDocument): string {
  const { info, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const links = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${escaped(operation.operationId)}"><code><span class="method">${method}</span> ${escaped(path)}</code></a> ${escaped(operation.summary)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} ${escaped(info.version)}: HTTP</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(info.title)} over HTTP</h1>
<p>${prose(info.description)} Version ${escaped(info.version)}; for programs: <a href="openapi.json">openapi.json</a>.</p>
<ul>${links.join('')}</ul>
${operations.map((one) => operationHtml(one, components.schemas)).join('\n')}
</body>
</html>
`;
}

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentOperation;
}

type Schemas = Readonly<Record<string, JsonSchema>>;

function operationHtml({ path, method, operation }: Placed, schemas: Schemas): string {
  const parameters = operation.parameters.map(({ name, in: place, description }) =>
    row([code(name), place, prose(description)]),
  );
  const answers = Object.entries(operation.responses).map(
    ([status, { description, content }]) =>
      `<h4>${status === 'default' ? 'Otherwise' : escaped(status)}</h4><p>${prose(description)}</p>${contentHtml(content, schemas)}`,
  );
  return `<section id="${escaped(operation.operationId)}">
<h2><code><span class="method">${method}</span> ${escaped(path)}</code></h2>
<p><strong>${escaped(operation.summary)}</strong> ${operation.security.length > 0 ? 'Needs a key: <code>authorization: Bearer …</code>' : 'Needs no key.'}</p>
<p>${prose(operation.description)}</p>
${parameters.length > 0 ? `<h3>Parameters</h3><table>${parameters.join('')}</table>` : ''}
${operation.requestBody === undefined ? '' : `<h3>Request</h3>${contentHtml(operation.requestBody.content, schemas)}`}
<h3>Answers</h3>${answers.join('')}
</section>`;
}

function contentHtml(content: DocumentContent | undefined, schemas: Schemas): string {
  return Object.entries(content ?? {})
    .map(([mediaType, { schema, example }]) => {
      const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
      const shown = example === undefined ? '' : `<pre>${escaped(text)}</pre>`;
      return `<p>${code(mediaType)}</p>${fieldsHtml(schema, schemas)}${shown}`;
    })
    .join('');
}

function fieldsHtml(schema: JsonSchema, schemas: Schemas): string {
  const rows = fieldsOf(schema, { schemas, prefix: '', depth: 0 });
  if (rows.length === 0) return '';
  return `<table><tr><th>Field</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

interface Walk {
  readonly schemas: Schemas;
  readonly prefix: string;
  readonly depth: number;
}

/** One row a field, those of lists and objects below theirs. */
function fieldsOf(given: JsonSchema, walk: Walk): readonly string[] {
  const schema = resolved(given, walk.schemas);
  if (walk.depth > DEPTH_MAX) return [];
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (choices !== undefined) {
    return choices.flatMap((choice, i) => {
      const note = i === 0 && choices.length > 1 ? 'One of these:' : 'or:';
      const { description = '' } = resolved(choice, walk.schemas);
      return [
        `<tr><td colspan="3"><em>${note}</em> ${prose(String(description))}</td></tr>`,
        ...fieldsOf(choice, walk),
      ];
    });
  }
  if (schema['type'] === 'array')
    return fieldsOf(schema['items'] as JsonSchema, { ...walk, prefix: `${walk.prefix}[]` });
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries((schema['properties'] ?? {}) as Schemas).flatMap(([name, field]) => {
    const path = walk.prefix === '' ? name : `${walk.prefix}.${name}`;
    const about = resolved(field, walk.schemas);
    const description = String(field['description'] ?? about['description'] ?? '');
    const need = required.includes(name) ? '' : ' (optional)';
    const cells = row([
      code(path),
      `${escaped(typeOf(about))}${need}`,
      prose([description, boundsOf(about)].join(' ')),
    ]);
    return [cells, ...fieldsOf(field, { ...walk, prefix: path, depth: walk.depth + 1 })];
  });
}

function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const { $ref: ref } = schema;
  return typeof ref === 'string' ? (schemas[ref.slice(SCHEMAS.length)] ?? {}) : schema;
}

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String).join(' | ');
  if (schema['type'] === 'array') return 'list';
  return String(schema['type'] ?? 'any');
}

function boundsOf(schema: JsonSchema): string {
  const { minLength, maxLength, minItems, maxItems } = schema;
  const told = [
    ...(minLength === undefined ? [] : [`at least ${String(minLength)} character`]),
    ...(maxLength === undefined ? [] : [`at most ${String(maxLength)} characters`]),
    ...(minItems === undefined ? [] : [`at least ${String(minItems)}`]),
    ...(maxItems === undefined ? [] : [`at most ${String(maxItems)}`]),
  ];
  return told.length === 0 ? '' : `(${told.join(', ')})`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/** Text with `code` in it. */
function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
