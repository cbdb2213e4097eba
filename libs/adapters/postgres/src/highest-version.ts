/**
 * Says of a row `own` that no version of the same memory in the tenant is higher, whether or not the reader may see that
 * one: what was narrowed must not be read in its older form. It is computed from the rows that are there, so that it is
 * right in whatever order versions come and go. As a value, and not as a join, it costs one step down the key for each row
 * that is looked at, whatever the planner believes about the table.
 */
export const IS_HIGHEST = `own.version = (SELECT higher.version FROM catalogue AS higher
  WHERE higher.memory_id = own.memory_id AND higher.tenant_id = own.tenant_id ORDER BY higher.version DESC LIMIT 1)`;
