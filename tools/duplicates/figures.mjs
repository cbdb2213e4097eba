const DAY_MS = 86_400_000;
const AT_MS = Date.parse('2026-03-02T09:00:00Z');

/**
 * Merge errors on labelled pairs `{ one, other, same, daysApart }`: of what is merged the share that is not the same, and
 * of what is the same the share that is not merged. `rules` are the functions of the domain and an embedder, as the audit
 * uses them.
 */
export async function mergeFiguresOf(pairs, rules) {
  const judged = [];
  for (const pair of pairs) judged.push({ pair, ...(await judgedOf(pair, rules)) });
  const merged = judged.filter(({ isMerged }) => isMerged);
  const same = judged.filter(({ pair }) => pair.same);
  return {
    pairs: pairs.length,
    same: same.length,
    merged: merged.length,
    wronglyMerged: merged.filter(({ pair }) => !pair.same).length,
    missed: same.filter(({ isMerged }) => !isMerged).length,
    judged,
  };
}

async function judgedOf(pair, { statementOf, likelyDuplicates, indexedTextOf, embedder, duplicates }) {
  const all = [pair.one, pair.other].map((text, i) => {
    const occurredAtMs = AT_MS + i * pair.daysApart * DAY_MS;
    return { text, occurredAtMs, comparable: { memory: memoryOf(i, occurredAtMs), statement: statementOf(text) } };
  });
  const comparables = all.map(({ comparable }) => comparable);
  const isLikely = [...likelyDuplicates(comparables, duplicates.agreementMin)].some((one) => one !== undefined);
  const texts = all.map(({ text, occurredAtMs }) =>
    indexedTextOf({ text, session: 's' }, new Date(occurredAtMs).toISOString()),
  );
  const [one, other] = (await embedder.embedTexts(texts)).map(({ chunks: [vector] }) => vector);
  const cosine = one.reduce((sum, value, at) => sum + value * other[at], 0);
  return { isLikely, cosine, isMerged: isLikely && cosine >= duplicates.cosineMin };
}

function memoryOf(i, occurredAtMs) {
  const memoryId = `00000000-0000-5000-8000-00000000000${i}`;
  return {
    memoryId,
    version: i + 1,
    kind: 'episode',
    audience: 'o',
    confidence: 0.9,
    importance: 'normal',
    occurredAtMs,
  };
}
