import { resolve } from 'node:path';
import type { Endpoint } from './endpoint-file.js';

interface Announcement {
  readonly endpoint: Endpoint;
  readonly dataDirectory: string;
  readonly tenantId: string;
  readonly developmentKey: string;
}

/** What a person who has just started the service needs next. */
export function announce({ endpoint, dataDirectory, tenantId, developmentKey }: Announcement): void {
  const content = 'I live in Lisbon, and I prefer short answers.';
  const turn = { userId: 'ana', speakerName: 'Ana', session: 's1', role: 'user', content };
  process.stdout.write(`
Mneme is ready.
  gRPC    ${endpoint.grpc}
  HTTP    ${endpoint.http}
  data    ${resolve(dataDirectory)}
  tenant  ${tenantId}
  key     ${developmentKey}

Say something, then ask for it (in another terminal, in this directory):
  curl -s ${endpoint.http}/v1/turns -H 'authorization: Bearer ${developmentKey}' \\
    -H 'content-type: application/json' -d '${JSON.stringify(turn)}'
  node bin/mneme.js recall 'Where does Ana live?' --user ana

`);
}
