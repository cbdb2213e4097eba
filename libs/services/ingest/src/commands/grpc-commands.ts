/**
 * A gRPC request in the plain shape that HTTP sends too. Fields that are absent stay so; a required text that is empty
 * counts as absent, because proto3 cannot tell the two apart.
 */
export function plainCommandOf(action: string, request: object): unknown {
  return { action, ...given(request) };
}

const REQUIRED = new Set(['memoryId', 'task', 'tool', 'importance']);

function given(fields: object): object {
  const present = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    if (value === undefined || (value === '' && REQUIRED.has(name))) return [];
    return [[name, Array.isArray(value) ? value.map((one) => given(one as object)) : value]];
  });
  return Object.fromEntries(present) as object;
}
