// How far the estimate of tokens is off, against vocabularies that are public: `npm run tokens`. Needs a registry once.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { estimatedTokens, renderContext, renderedItemOf, CONTEXT_TOKENS_PER_ESTIMATE } from '@mneme/domain';

const TOKENIZER = 'gpt-tokenizer@4.0.0';
const VOCABULARIES = ['o200k_base', 'cl100k_base'];
const ITEMS = 12;
const root = resolve(import.meta.dirname, '../..');

const SOURCES = {
  'turns, English': ['tools/facts/labelled.jsonl', 'tools/write-filter/data/seen.jsonl'].flatMap(textsOf),
  'turns, held out': textsOf('tools/write-filter/data/held-out.jsonl'),
  documentation: ['architecture', 'facts', 'runbook'].flatMap(paragraphsOf),
  'other languages': textsOf('tools/tokens/languages.jsonl'),
};

const place = mkdtempSync(join(tmpdir(), 'mneme-tokens-'));
try {
  const install = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', place, TOKENIZER];
  execFileSync('npm', install, { stdio: 'ignore' });
  console.log(`tokens over estimate, of contexts of ${ITEMS} items; counted with ${CONTEXT_TOKENS_PER_ESTIMATE}`);
  for (const name of VOCABULARIES) {
    const file = join(place, 'node_modules/gpt-tokenizer/esm/encoding', `${name}.js`);
    const { encode } = await import(pathToFileURL(file).href);
    for (const [source, texts] of Object.entries(SOURCES)) {
      report(name, source, ratiosOf(texts, encode));
      console.log(`${''.padEnd(12)} plain text of it: ${plainRatioOf(texts, encode).toFixed(2)}`);
    }
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}

function ratiosOf(texts, encode) {
  const ratios = [];
  for (let start = 0; start < texts.length; start += ITEMS) {
    const text = contextOf(texts.slice(start, start + ITEMS));
    ratios.push(encode(text).length / estimatedTokens(text));
  }
  return ratios.sort((a, b) => a - b);
}

function plainRatioOf(texts, encode) {
  const sum = (count) => texts.reduce((total, text) => total + count(text), 0);
  return sum((text) => encode(text).length) / sum(estimatedTokens);
}

function contextOf(texts) {
  const nowMs = Date.UTC(2026, 0, 1);
  const item = (text, i) => ({
    part: 'memory',
    id: '',
    text,
    by: 'Ana',
    source: 'user',
    trust: 0.9,
    occurredAtMs: nowMs - i * 1e8,
    turnIds: [],
  });
  return renderContext(texts.map((text, i) => renderedItemOf(item(text, i), i + 1, nowMs)));
}

function report(vocabulary, source, ratios) {
  const at = (share) => ratios[Math.min(ratios.length - 1, Math.floor(share * ratios.length))].toFixed(2);
  const figures = `least ${at(0)}, median ${at(0.5)}, 19 of 20 below ${at(0.95)}, most ${at(1)}`;
  console.log(
    `${vocabulary.padEnd(12)} ${source.padEnd(16)} ${String(ratios.length).padStart(3)} contexts: ${figures}`,
  );
}

function textsOf(file) {
  const lines = readFileSync(join(root, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line).text);
}

function paragraphsOf(page) {
  return readFileSync(join(root, 'docs', `${page}.md`), 'utf8')
    .split('\n\n')
    .filter((text) => text.length > 80);
}
