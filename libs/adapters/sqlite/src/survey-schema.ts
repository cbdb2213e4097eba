/** What maintenance walks along: a tenant's memories by age, by expiry, by review and by subject. */
export const SURVEY_STEP = `
  CREATE INDEX catalogue_by_age ON catalogue (tenant_id, kind, version, memory_id);
  CREATE INDEX catalogue_by_expiry ON catalogue (tenant_id, expires_at_ms, memory_id) WHERE expires_at_ms IS NOT NULL;
  CREATE INDEX catalogue_by_review ON catalogue (tenant_id, review_by_ms, memory_id) WHERE review_by_ms IS NOT NULL;
  CREATE INDEX catalogue_critical ON catalogue (tenant_id, review_by_ms, memory_id)
    WHERE review_by_ms IS NOT NULL AND importance = 'critical';
`;
