import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@mneme/platform';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const { groups } = parse(textOf('monitoring/alerts.yaml')) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(textOf('monitoring/grafana/mneme.json')) as {
  panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
};
const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Names that the service gives out, with those that a histogram is made of. */
async function knownNames(): Promise<ReadonlySet<string>> {
  const metrics = new Metrics();
  for (const name of ['mneme_group_lag_seconds', 'mneme_group_lag_records'] as const) {
    metrics.measure(name, async () => [{ labels: { group: 'embedder' }, value: 1 }]);
  }
  const types = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_count`] : [name])),
  );
}

describe('dashboards and alerts', () => {
  it.each(queries)('%s asks for metrics that there are', async (_title, expr) => {
    const known = await knownNames();
    const named = expr.match(/\bmneme_\w+/g) ?? [];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(named.length + (expr.match(/\bup\b/g) ?? []).length).toBeGreaterThan(0);
  });

  it.each(rules)('$alert says how bad it is and what to do', ({ labels, annotations }) => {
    expect(['page', 'ticket']).toContain(labels.severity);
    const [file = '', anchor] = annotations.runbook.split('#');
    const anchors = [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toContain(anchor);
  });

  it('have each panel and alert once', () => {
    const names = [...rules.map(({ alert }) => alert), ...dashboard.panels.map(({ title }) => title)];
    expect(names).toEqual([...new Set(names)]);
  });
});
