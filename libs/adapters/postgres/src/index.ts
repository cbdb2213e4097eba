/** Control and catalogue on PostgreSQL: what is administered, journaled and reserved, and the one home of text. */
export { openPostgres, type Postgres, type PostgresOptions } from './open-postgres.js';
