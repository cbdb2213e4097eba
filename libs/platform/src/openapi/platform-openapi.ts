import { z } from 'zod';
import type { OpenApiPart } from './openapi.js';

export const HealthAnswer = z.object({ status: z.literal('ok') });
export const ReadinessAnswer = z.object({
  status: z.enum(['ready', 'starting']),
  warnings: z
    .array(z.string())
    .optional()
    .meta({ description: 'What somebody should look at though requests are taken.' }),
});

const TEXT = { schema: { type: 'string' } };

/** What every process serves of itself. */
export const platformOpenApi: OpenApiPart = {
  requests: {},
  answers: { Health: HealthAnswer, Readiness: ReadinessAnswer },
  paths: {
    '/healthz': {
      get: {
        operationId: 'health',
        summary: 'Whether the process is alive.',
        description: 'Answers for as long as the process can answer at all.',
        isOpen: true,
        answers: { 200: { description: 'Alive.', content: { 'application/json': { schema: 'Health' } } } },
      },
    },
    '/readyz': {
      get: {
        operationId: 'readiness',
        summary: 'Whether the process takes requests.',
        description: 'For whoever sends traffic here.',
        isOpen: true,
        answers: {
          200: { description: 'Ready.', content: { 'application/json': { schema: 'Readiness' } } },
          503: { description: 'Not yet, or no longer.', content: { 'application/json': { schema: 'Readiness' } } },
        },
      },
    },
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: 'Counters and histograms.',
        description: 'For Prometheus. No text, no ids of people.',
        isOpen: true,
        answers: { 200: { description: 'The text format of Prometheus.', content: { 'text/plain': TEXT } } },
      },
    },
    '/openapi.json': {
      get: {
        operationId: 'openApi',
        summary: 'This document.',
        description: 'OpenAPI 3.1.',
        isOpen: true,
        answers: {
          200: { description: 'The document.', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
    '/docs': {
      get: {
        operationId: 'docs',
        summary: 'This document for people.',
        description: 'One page that loads nothing.',
        isOpen: true,
        answers: { 200: { description: 'The page.', content: { 'text/html': TEXT } } },
      },
    },
  },
};
