import { InvalidInput } from '@mneme/domain';

/**
 * A posted body in the plain shape of a request: one turn, or `{turns, idempotencyKey?}`. The header `Idempotency-Key`
 * names the request as the body's field does.
 * @throws InvalidInput when both name it differently, or there is no JSON object.
 */
export function postedRequestOf(body: unknown, keyInHeader: string | undefined): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const message = 'the body is one turn or {"turns": [...]}, as JSON with content-type application/json';
    throw new InvalidInput(message, { field: 'body', sent: described(body) });
  }
  const request = 'turns' in body ? { ...body } : { turns: [body] };
  if (keyInHeader === undefined) return request;
  if ('idempotencyKey' in request && request.idempotencyKey !== keyInHeader) {
    throw new InvalidInput('the header and the body name the request differently', { field: 'idempotencyKey' });
  }
  return { ...request, idempotencyKey: keyInHeader };
}

function described(body: unknown): string {
  if (body === undefined || body === null) return 'nothing';
  return Array.isArray(body) ? `a list of ${body.length}` : `a ${typeof body}`;
}
