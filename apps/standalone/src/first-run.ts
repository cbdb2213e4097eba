import { join } from 'node:path';
import { type ApiKeys, keptKey, type Tenants } from '@mneme/maintenance-service';

export interface LocalKeys {
  readonly tenantId: string;
  readonly developmentKey: string;
}

const DEVELOPMENT_TENANT = 'development';
const DEVELOPMENT_RIGHTS = ['ingest', 'recall', 'on-behalf-of', 'publish', 'erase', 'admin'];

/**
 * Makes an operator key, a tenant for development and a key to it where there are none; both keys are kept in the data
 * directory, readable by its owner alone. A run that was cut short in between is made whole by the next.
 */
export async function firstRun(dataDirectory: string, tenants: Tenants, apiKeys: ApiKeys): Promise<LocalKeys> {
  await keptKey(join(dataDirectory, 'operator.key'), async () => (await apiKeys.issueOperator()).bearer);
  const developmentKey = await keptKey(join(dataDirectory, 'development.key'), async () => {
    const { tenantId } = await tenants.ensure(DEVELOPMENT_TENANT);
    const request = { agentId: 'development', teamIds: ['development'], rights: DEVELOPMENT_RIGHTS };
    return (await apiKeys.issue(tenantId, request)).bearer;
  });
  return { tenantId: DEVELOPMENT_TENANT, developmentKey };
}
