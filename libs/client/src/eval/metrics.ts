/** A question's ranking against the turns that answer it; both without repetitions. */
export interface Judged {
  readonly category: number;
  /** Turn ids, best first. */
  readonly ranked: readonly string[];
  /** Not empty. */
  readonly evidence: readonly string[];
}

/** Means over the questions of a row. */
export interface MetricRow {
  /** `1-4`, `1`, … */
  readonly category: string;
  readonly questions: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly recallAt20: number;
  /** Mean reciprocal rank of the first answering turn, over the whole ranking. */
  readonly mrr: number;
  readonly ndcgAt10: number;
}

/** Questions without an answer in the conversation; they are reported apart from the headline. */
export const ADVERSARIAL_CATEGORY = 5;

/** The headline over all categories but the adversarial one, then each category by itself. */
export function metricRows(judged: readonly Judged[]): readonly MetricRow[] {
  const categories = [...new Set(judged.map(({ category }) => category))].sort((a, b) => a - b);
  const headline = categories.filter((category) => category !== ADVERSARIAL_CATEGORY);
  return [
    metricRow(
      nameOf(headline),
      judged.filter(({ category }) => category !== ADVERSARIAL_CATEGORY),
    ),
    ...categories.map((category) =>
      metricRow(
        String(category),
        judged.filter((one) => one.category === category),
      ),
    ),
  ];
}

/** Share of the evidence among the first `k` of the ranking. */
export function recallAt(k: number, { ranked, evidence }: Judged): number {
  const first = new Set(ranked.slice(0, k));
  return evidence.filter((id) => first.has(id)).length / evidence.length;
}

/** 1 / rank of the first turn that is evidence; 0 when there is none. */
export function reciprocalRank({ ranked, evidence }: Judged): number {
  const position = ranked.findIndex((id) => evidence.includes(id));
  return position < 0 ? 0 : 1 / (position + 1);
}

/** Discounted gain of the first `k`, binary, over the best that was possible. */
export function ndcgAt(k: number, { ranked, evidence }: Judged): number {
  const gains = ranked.slice(0, k).map((id) => (evidence.includes(id) ? 1 : 0));
  const ideal = Array.from({ length: Math.min(k, evidence.length) }, () => 1);
  return discounted(gains) / discounted(ideal);
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, position) => sum + gain / Math.log2(position + 2), 0);
}

function metricRow(category: string, judged: readonly Judged[]): MetricRow {
  const mean = (score: (one: Judged) => number) =>
    judged.length === 0 ? 0 : judged.reduce((sum, one) => sum + score(one), 0) / judged.length;
  return {
    category,
    questions: judged.length,
    recallAt5: mean((one) => recallAt(5, one)),
    recallAt10: mean((one) => recallAt(10, one)),
    recallAt20: mean((one) => recallAt(20, one)),
    mrr: mean(reciprocalRank),
    ndcgAt10: mean((one) => ndcgAt(10, one)),
  };
}

function nameOf(categories: readonly number[]): string {
  const [first] = categories;
  const last = categories.at(-1);
  if (first === undefined || last === undefined) return 'all';
  if (first === last) return `${first} (all)`;
  return last - first === categories.length - 1 ? `${first}-${last}` : categories.join(',');
}
