import { createHash } from 'node:crypto';
import type { ModelServerOptions } from './model-server.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const DIMENSIONS = 64;
const INPUT_TOKENS_MAX = 8_191;

/** One vector an input, the sum of its words' directions; long ones and empty ones are refused as the protocol does. */
export function embeddingsAnswerOf(body: Readonly<Record<string, unknown>>, options: ModelServerOptions): Answer {
  const { input, model, encoding_format: encoding } = body;
  const inputs = Array.isArray(input) ? (input as string[]) : [String(input)];
  if (inputs.some((text) => text.trim() === '')) return refused(400, 'input must not be empty', 'invalid_input');
  const longest = Math.max(...inputs.map((text) => wordsOf(text).length));
  if (longest > (options.inputTokensMax ?? INPUT_TOKENS_MAX)) {
    return refused(400, `this model's maximum context length was passed by: ${inputs.join(' ')}`, 'context_length');
  }
  const base64 = encoding === 'base64' && options.ignoresEncoding !== true;
  const data = inputs.map((text, index) => {
    const vector = vectorOf(text, options.dimensions ?? DIMENSIONS);
    const embedding = base64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  const tokens = inputs.reduce((sum, text) => sum + wordsOf(text).length, 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  // Backwards: the protocol orders answers by index, not by place.
  return { status: 200, body: JSON.stringify({ object: 'list', model, data: data.reverse(), usage }) };
}

/** The error body of the protocol. */
export function refused(status: number, message: string, code: string): Answer {
  return { status, body: JSON.stringify({ error: { message, type: 'invalid_request_error', code, param: null } }) };
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of wordsOf(text)) {
    const hash = createHash('sha256').update(word).digest();
    for (let i = 0; i < dimensions; i += 1) vector[i] = (vector[i] ?? 0) + (hash[i % hash.length] ?? 0) / 128 - 1;
  }
  // Not of unit length: making it so is for the client.
  return vector;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
}
