import type { CatalogueRow } from '@mneme/domain';
import { RecordColumns } from './record-columns.js';

export const CATALOGUE_COLUMNS = new RecordColumns<CatalogueRow>([
  { name: 'memory_id', field: 'memoryId', type: 'uuid' },
  { name: 'version', field: 'version', type: 'bigint' },
  { name: 'tenant_id', field: 'tenantId', type: 'text' },
  { name: 'subject_id', field: 'subjectId', type: 'text' },
  { name: 'contributors', field: 'contributors', type: 'jsonb' },
  { name: 'department_id', field: 'departmentId', type: 'text' },
  { name: 'agent_id', field: 'agentId', type: 'text' },
  { name: 'team_id', field: 'teamId', type: 'text' },
  { name: 'session_key', field: 'sessionKey', type: 'text' },
  { name: 'source_id', field: 'sourceId', type: 'text' },
  { name: 'audience', field: 'audience', type: 'text' },
  { name: 'kind', field: 'kind', type: 'text' },
  { name: 'flags', field: 'flags', type: 'jsonb' },
  { name: 'source_class', field: 'sourceClass', type: 'text' },
  { name: 'trust', field: 'trust', type: 'double precision' },
  { name: 'confidence', field: 'confidence', type: 'double precision' },
  { name: 'importance', field: 'importance', type: 'text' },
  { name: 'occurred_at_ms', field: 'occurredAtMs', type: 'bigint' },
  { name: 'recorded_at', field: 'recordedAt', type: 'bigint' },
  { name: 'review_by_ms', field: 'reviewByMs', type: 'bigint' },
  { name: 'expires_at_ms', field: 'expiresAtMs', type: 'bigint' },
  { name: 'derived_from', field: 'derivedFrom', type: 'jsonb' },
  { name: 'epoch', field: 'epoch', type: 'bigint' },
  { name: 'sealed', field: 'sealed', type: 'text' },
]);
