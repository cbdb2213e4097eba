import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Fits the table that turns a cosine into a similarity, on two thirds of the pairs, and reports on the last third.
 * Needs the built library: npx tsc -b libs/adapters/static-embedder && node tools/static-table/calibrate.mjs
 */
const LIBRARY = new URL('../../libs/adapters/static-embedder/', import.meta.url);
const CALIBRATION = new URL('data/calibration.json', LIBRARY);
const PAIRS = new URL('data/calibration-pairs.jsonl', LIBRARY);

/** Losing a memory that answers costs more than showing a neighbour, so such pairs count three times. */
const WEIGHT_OF_ANSWER = 3;
const PAIRS_PER_BIN = 16;
const HELD_OUT_EVERY = 3;
const THRESHOLDS = [0.75, 0.8, 0.85];

const ENDS = { first: [-1, 0], last: [1, 1] };
const weightOf = ({ label }) => (label === 1 ? WEIGHT_OF_ANSWER : 1);
const round = (number) => Number(number.toFixed(4));

/** The library refuses to open without a calibration; any will do to measure cosines. */
if (!existsSync(CALIBRATION)) save([]);
const { openStaticEmbedder } = await import(new URL('dist/index.js', LIBRARY));
const embedder = openStaticEmbedder();

const pairs = await measure(readFileSync(PAIRS, 'utf8').trimEnd().split('\n').map(JSON.parse));
const heldOut = pairs.filter(({ group }) => group % HELD_OUT_EVERY === 0);
const fitted = pairs.filter(({ group }) => group % HELD_OUT_EVERY !== 0);
save(fit(fitted));

const calibrated = openStaticEmbedder();
console.log(`${embedder.model.id}: fitted on ${fitted.length} pairs, measured on ${heldOut.length}`);
for (const threshold of THRESHOLDS) console.log(report(threshold));

async function measure(read) {
  const memories = await embedder.embedTexts(read.map(({ memory }) => memory));
  const questions = await embedder.embedTexts(read.map(({ question }) => question));
  return read.map((pair, i) => {
    const [memoryVector, questionVector] = [memories[i].chunks[0], questions[i].chunks[0]];
    return { ...pair, memoryVector, questionVector, cosine: dot(memoryVector, questionVector) };
  });
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Bins of neighbouring cosines, then pool adjacent violators: each knot is a block's mean cosine and mean label. */
function fit(from) {
  const sorted = from.toSorted((a, b) => a.cosine - b.cosine);
  const blocks = [];
  for (let at = 0; at < sorted.length; at += PAIRS_PER_BIN) {
    blocks.push(blockOf(sorted.slice(at, at + PAIRS_PER_BIN)));
    while (blocks.length > 1 && blocks.at(-1).mean <= blocks.at(-2).mean) {
      const last = blocks.pop();
      blocks.push(blockOf([...blocks.pop().pairs, ...last.pairs]));
    }
  }
  return blocks.map(({ cosine, mean }) => [round(cosine), round(mean)]);
}

/** A pair of label 0.5 is added to every block, so that none reaches 0 or 1: the ends stay the only ones there. */
function blockOf(members) {
  const weight = members.reduce((sum, pair) => sum + weightOf(pair), 0);
  const labels = members.reduce((sum, pair) => sum + weightOf(pair) * pair.label, 0);
  const cosines = members.reduce((sum, pair) => sum + weightOf(pair) * pair.cosine, 0);
  return { pairs: members, cosine: cosines / weight, mean: (labels + 0.5) / (weight + 1) };
}

function save(inner) {
  const knots = [ENDS.first, ...inner, ENDS.last].map((knot) => `    [${knot.join(', ')}]`);
  writeFileSync(CALIBRATION, `{\n  "knots": [\n${knots.join(',\n')}\n  ]\n}\n`);
}

function report(threshold) {
  const passes = (cosine) => calibrated.similarity(cosine) >= threshold;
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
