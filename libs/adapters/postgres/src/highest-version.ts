/**
 * Says of a row `own` that no version of the same memory in the tenant is higher, whether or not the reader may see that
 * one: what was narrowed must not be read in its older form. It is computed from the rows that are there, so that it is
 * right in whatever order versions come and go. In a SELECT of its own it stays one step down the key for each row that is
 * looked at, and is never made a join with the whole table.
 */
export const IS_HIGHEST = `(SELECT NOT EXISTS (SELECT 1 FROM catalogue AS higher
  WHERE higher.tenant_id = own.tenant_id AND higher.memory_id = own.memory_id AND higher.version > own.version))`;
