/** Control, catalogue and versions on PostgreSQL. */
export {};
