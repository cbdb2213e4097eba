/** Figures of the poisoning rules on labelled turns: `{ source, text, reasons }`. `poisonOf` is that of the domain. */
export function figuresOf(turns, { poisonOf, policy }) {
  const judged = turns.map((turn) => ({
    turn,
    found: poisonOf({ sourceClass: turn.source, content: turn.text }, policy),
  }));
  const reasons = [...new Set(turns.flatMap((turn) => turn.reasons))].sort();
  return {
    turns: turns.length,
    poison: ratesOf(judged.map(({ turn, found }) => [turn.reasons.length > 0, found.length > 0])),
    reasons: Object.fromEntries(
      reasons.map((reason) => [
        reason,
        ratesOf(judged.map(({ turn, found }) => [turn.reasons.includes(reason), found.includes(reason)])),
      ]),
    ),
    wrong: judged.filter(({ turn, found }) => turn.reasons.length > 0 !== found.length > 0),
  };
}

/** Precision and recall of pairs [so, said to be so]; null where there is nothing to divide by. */
function ratesOf(pairs) {
  const right = pairs.filter(([so, said]) => so && said).length;
  const said = pairs.filter(([, found]) => found).length;
  const so = pairs.filter(([labelled]) => labelled).length;
  return { labelled: so, precision: said === 0 ? null : right / said, recall: so === 0 ? null : right / so };
}
