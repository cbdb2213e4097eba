import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { docsPage } from './docs-page.js';
import { openApiDocument, type OpenApiPart } from './openapi.js';
import { platformOpenApi } from './platform-openapi.js';

const Item = z.strictObject({ name: z.string().min(1).meta({ maxLength: 9, description: 'Of a `thing` <b>' }) });
const Order = z.strictObject({ items: z.array(Item), note: z.string().optional() });
const part = (given: Partial<OpenApiPart> = {}): OpenApiPart => ({
  requests: { Item, Order },
  answers: { Placed: z.object({ orderId: z.string() }) },
  paths: {
    '/orders': {
      post: {
        operationId: 'placeOrder',
        summary: 'Places an order.',
        description: 'Of things.',
        headers: { 'x-name': 'Names it.' },
        request: { 'application/json': { schema: 'Order', example: { items: [{ name: '</pre><script>' }] } } },
        answers: { 200: { description: 'Placed.', content: { 'application/json': { schema: 'Placed' } } } },
      },
    },
  },
  ...given,
});

describe('the OpenAPI document', () => {
  const document = openApiDocument('1.2.3', [part(), platformOpenApi]);

  it('has the schemas of requests and answers by name, each once, and every reference leads to one', () => {
    const { schemas } = document.components;
    expect(Object.keys(schemas).sort()).toEqual(
      ['Error', 'Health', 'Item', 'Order', 'Placed', 'Readiness', 'Refusal'].sort(),
    );
    expect(schemas['Order']).toEqual({
      type: 'object',
      properties: {
        items: { type: 'array', items: { $ref: '#/components/schemas/Item' } },
        note: { type: 'string' },
      },
      required: ['items'],
      additionalProperties: false,
    });
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? '');
    expect(references.length).toBeGreaterThan(4);
    for (const target of references) expect(schemas).toHaveProperty([target.replace('#/components/schemas/', '')]);
  });

  it('lets answers grow, and requests not', () => {
    const { schemas } = document.components;
    expect(schemas['Placed']).not.toHaveProperty('additionalProperties');
    expect(schemas['Item']).toHaveProperty('additionalProperties', false);
  });

  it('says of every operation whether it needs a key, and how it refuses', () => {
    const { post } = document.paths['/orders'] as Record<'post', (typeof document.paths)[string][string]>;
    expect(post.security).toEqual([{ key: [] }]);
    expect(post.responses).toHaveProperty(['default', 'content', 'application/json', 'schema'], {
      $ref: '#/components/schemas/Error',
    });
    expect(document.paths['/healthz']?.['get']?.security).toEqual([]);
  });

  it('is not made of two parts that speak of the same', () => {
    expect(() => openApiDocument('1', [part(), part({ requests: {}, answers: {} })])).toThrow('/orders');
    expect(() => openApiDocument('1', [part(), part({ paths: {} })])).toThrow('Item');
  });
});

describe('the page of the document', () => {
  const page = docsPage(openApiDocument('1.2.3', [part(), platformOpenApi]));

  it('names every operation, field, limit and header', () => {
    for (const text of [
      '/orders',
      'placeOrder',
      'items[].name',
      'at most 9 characters',
      'x-name',
      'orderId',
      '1.2.3',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toContain('Of a <code>thing</code>');
  });

  it('loads nothing, runs nothing, and takes no markup from texts', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(|@import| on\w+=/i);
    expect(page).toContain('&#60;/pre&#62;&#60;script&#62;');
    expect(page).not.toContain('<b>');
  });
});
