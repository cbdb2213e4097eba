import { readFileSync } from 'node:fs';
import { mergeFiguresOf } from './figures.mjs';

/** `npm run duplicates`: merge errors of the audit for duplicates on the labelled pairs beside this file. */
const domain = await import(new URL('../../libs/domain/dist/index.js', import.meta.url));
const { openStaticEmbedder } = await import(
  new URL('../../libs/adapters/static-embedder/dist/index.js', import.meta.url)
);
const embedder = await openStaticEmbedder();
const { duplicates } = domain.DEFAULT_POLICY.maintenance;

for (const half of ['seen', 'held-out']) {
  const lines = readFileSync(new URL(`${half}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const figures = await mergeFiguresOf(
    lines.map((line) => JSON.parse(line)),
    { ...domain, embedder, duplicates },
  );
  const { pairs, same, merged, wronglyMerged, missed, judged } = figures;
  console.log(`\n${half}: ${pairs} pairs, ${same} the same`);
  console.log(`  merged ${merged}, of them wrongly ${wronglyMerged}; missed ${missed} of ${same}`);
  const cosines = judged.filter(({ pair, isLikely }) => pair.same && isLikely).map(({ cosine }) => cosine);
  console.log(`  least cosine of what agrees in words and is the same: ${Math.min(...cosines).toFixed(3)}`);
  // Whoever changes a rule must not look at the held-out half.
  if (half !== 'seen') continue;
  for (const { pair, cosine, isLikely, isMerged } of judged) {
    if (isMerged !== pair.same)
      console.log(`  ${isMerged ? 'merged' : 'missed'} ${isLikely} ${cosine.toFixed(3)} ${pair.one} | ${pair.other}`);
  }
}
