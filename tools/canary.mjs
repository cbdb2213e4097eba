import { readdirSync, readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from './workspaces.mjs';

/**
 * Proves that the import table bites: every file of tools/lint-canary is linted by the real configuration as if it
 * stood at the path that its first line names, and must be refused by the rule (or accepted) as its second line says.
 * Exit code 1 when one is not.
 */
const directory = `${root}/tools/lint-canary`;
// A type-aware rule asks for a file that is part of a program; these files are nowhere, and none of them tests such a rule.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] },
});

const names = readdirSync(directory).filter((name) => name.endsWith('.ts'));
const failures = (await Promise.all(names.map(failureOf))).filter((failure) => failure !== undefined);
for (const failure of failures) console.error(failure);
console.log(`${names.length - failures.length} of ${names.length} canaries as expected`);
process.exitCode = failures.length === 0 && names.length > 0 ? 0 : 1;

async function failureOf(name) {
  const text = readFileSync(`${directory}/${name}`, 'utf8');
  const match = /^\/\/ as (\S+)\n\/\/ (?:refused by (\S+)|accepted)\n/.exec(text);
  if (match === null) return `${name}: its first two lines do not say where it stands and what is expected`;
  const [, path, rule] = match;
  const [result] = await eslint.lintText(text, { filePath: `${root}/${path}` });
  const found = [...new Set(result.messages.map(({ ruleId, message }) => ruleId ?? message))];
  const expected = rule === undefined ? [] : [rule];
  if (found.length === expected.length && found.every((ruleId) => expected.includes(ruleId))) return undefined;
  return `${name}: expected ${rule ?? 'nothing'}, found ${found.join(', ') || 'nothing'}`;
}
