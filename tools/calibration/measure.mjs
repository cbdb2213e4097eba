import { readFileSync } from 'node:fs';

/** Fits a calibration on two thirds of the pairs and reports on the last third, which the fit has not seen. */
const PAIRS = new URL('../../libs/adapters/static-embedder/data/calibration-pairs.jsonl', import.meta.url);
const HELD_OUT_EVERY = 3;
const THRESHOLDS = [0.75, 0.8, 0.85];

/** Each pair with its vectors and their cosine, in two parts: to fit on, and held out. */
export async function measurePairs(embedder) {
  const read = readFileSync(PAIRS, 'utf8').trimEnd().split('\n').map(JSON.parse);
  const memories = await embedder.embedTexts(read.map(({ memory }) => memory));
  const questions = await embedder.embedTexts(read.map(({ question }) => question));
  const pairs = read.map((pair, i) => {
    const [memoryVector, questionVector] = [memories[i].chunks[0], questions[i].chunks[0]];
    return { ...pair, memoryVector, questionVector, cosine: dot(memoryVector, questionVector) };
  });
  const isHeldOut = ({ group }) => group % HELD_OUT_EVERY === 0;
  return { fitted: pairs.filter((pair) => !isHeldOut(pair)), heldOut: pairs.filter(isHeldOut) };
}

/** One line a threshold. */
export function reportOf(heldOut, similarity) {
  return THRESHOLDS.map((threshold) => lineOf(heldOut, threshold, (cosine) => similarity(cosine) >= threshold));
}

/** One knot a line, for readable differences; other fields first. */
export function jsonOf(knots, fields = {}) {
  const head = Object.entries(fields).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  return `{\n${head.join('')}  "knots": [\n${knots.map((knot) => `    [${knot.join(', ')}]`).join(',\n')}\n  ]\n}\n`;
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function lineOf(heldOut, threshold, passes) {
  const passing = heldOut.filter(({ cosine }) => passes(cosine));
  const share = (some, all) => (some.length / all.length).toFixed(2);
  const of = (label, from) => from.filter((pair) => pair.label === label);
  const recall = [1, 0.5, 0].map((label) => share(of(label, passing), of(label, heldOut)));
  const precision = share(of(1, passing), passing);
  const onTopic = share([...of(1, passing), ...of(0.5, passing)], passing);
  const strangers = heldOut.flatMap((a) => heldOut.filter((b) => b.group !== a.group).map((b) => [a, b]));
  const crossed = strangers.filter(([a, b]) => passes(dot(a.questionVector, b.memoryVector)));
  return [
    `${threshold}: of the answers ${recall[0]} pass, of the same topic ${recall[1]}, of the unrelated ${recall[2]}`,
    `of questions crossed with other groups' memories ${(crossed.length / strangers.length).toFixed(3)}`,
    `precision ${precision}, ${onTopic} when the same topic counts as right`,
  ].join('; ');
}
