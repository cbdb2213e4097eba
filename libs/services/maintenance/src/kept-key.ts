import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The key that a file keeps, readable by its owner alone; issued when there is no such file, and written whole or not at all. */
export async function keptKey(file: string, issue: () => Promise<string>): Promise<string> {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const bearer = await issue();
  writeFileSync(`${file}.new`, `${bearer}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return bearer;
}
