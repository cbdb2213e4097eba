import type { Classification, ModelLabel } from '@mneme/ports';
import { DATA_RULE } from './prompt-data.js';
import type { Checked, TurnTask } from './turn-task.js';
import { turnItemsSchema } from './turn-items.js';

/** Which of the labels apply to each turn. */
export function classifyTask(labels: readonly ModelLabel[]): TurnTask<Classification> {
  const names = labels.map(({ name }) => name);
  return {
    name: 'classify',
    field: 'labels',
    instructions: [
      'For each turn say which of the labels below apply to it, judged by that turn alone; none, one or several.',
      DATA_RULE,
      'Labels:',
      ...labels.map(({ name, meaning }) => `- ${name}: ${meaning}`),
    ].join('\n'),
    schema: turnItemsSchema('labels', { type: 'string', enum: names }),
    check: (items) => checkedLabels(items, names),
  };
}

function checkedLabels(items: readonly unknown[], names: readonly string[]): Checked<Classification> {
  const said = new Set(items);
  const labels = names.filter((name) => said.has(name));
  return { value: { labels }, itemsRefused: items.filter((item) => !names.includes(item as string)).length };
}
