/** Figures of the write-filter on labelled turns: `{ role, text, keep, flags? }`. `explain` is `explainTurn`. */
export function figuresOf(turns, { explain, policy }) {
  const judged = turns.map((turn) => judgedOf(turn, { explain, policy }));
  const flags = [...new Set(turns.flatMap((turn) => turn.flags ?? []))].sort();
  return {
    turns: turns.length,
    keep: ratesOf(judged.map(({ turn, kept }) => [turn.keep, kept])),
    flags: Object.fromEntries(
      flags.map((flag) => [
        flag,
        ratesOf(judged.map(({ turn, found }) => [(turn.flags ?? []).includes(flag), found.includes(flag)])),
      ]),
    ),
    wrong: judged.filter(({ turn, kept }) => turn.keep !== kept),
  };
}

/** Shares of `evidence` and of the others that are kept, by threshold. */
export function curveOf(turns, { explain, policy, thresholds }) {
  const judged = turns.map(({ isEvidence, ...turn }) => ({ isEvidence, points: pointsOf(turn, { explain, policy }) }));
  const shareKept = (wanted, threshold) => {
    const asked = judged.filter(({ isEvidence }) => isEvidence === wanted);
    return asked.filter(({ points }) => points >= threshold).length / asked.length;
  };
  return thresholds.map((threshold) => ({
    threshold,
    evidenceKept: shareKept(true, threshold),
    othersDropped: 1 - shareKept(false, threshold),
  }));
}

/** What a turn would need as threshold to be dropped; what is refused outright is below every threshold. */
function pointsOf(turn, { explain, policy }) {
  const { verdict, weighed } = explain(turn, { ...policy, writeFilter: { keepAtLeast: -Infinity } });
  return verdict.keep ? weighed.score : -Infinity;
}

function judgedOf(turn, { explain, policy }) {
  const { verdict, weighed } = explain({ role: turn.role, content: turn.text }, policy);
  return { turn, kept: verdict.keep, found: verdict.keep ? verdict.flags : [], verdict, weighed };
}

/** Precision and recall of pairs [so, said to be so]; null where there is nothing to divide by. */
function ratesOf(pairs) {
  const right = pairs.filter(([so, said]) => so && said).length;
  const said = pairs.filter(([, found]) => found).length;
  const so = pairs.filter(([labelled]) => labelled).length;
  return { labelled: so, precision: said === 0 ? null : right / said, recall: so === 0 ? null : right / so };
}
