import type { EvaluationReport, MetricRow, Pass } from '@mneme/client';
import { count, milliseconds, percent, table } from '../format.js';

const HEAD = ['category', 'questions', 'recall@5', 'recall@10', 'recall@20', 'MRR', 'NDCG@10'];

/** The report for people. */
export function evaluationLines(report: EvaluationReport): readonly string[] {
  const { turnsKept, evidenceTurnsKept } = report;
  return [
    ...report.passes.flatMap((pass) => [...passLines(pass), '']),
    ...table(
      ['', ''],
      [
        ['conversations', count(report.conversations)],
        ['turns kept', `${count(turnsKept.kept)} of ${count(turnsKept.total)} (${percent(turnsKept.share)})`],
        [
          'evidence turns kept',
          `${count(evidenceTurnsKept.kept)} of ${count(evidenceTurnsKept.total)} (${percent(evidenceTurnsKept.share)})`,
        ],
        ...(report.failedTurns === 0 ? [] : [['turns that failed', count(report.failedTurns)]]),
        ['write-filter', report.keepAll ? 'keeps all' : 'in force'],
        ['tenant', report.tenantId],
      ],
    ),
  ];
}

function passLines({ name, rows, tokensPerAnswer, hitsPerAnswer, latency }: Pass): readonly string[] {
  return [
    `${name}:`,
    ...table(HEAD, rows.map(rowOf)),
    `about ${count(tokensPerAnswer)} tokens an answer (10 memories, 4 characters a token), ` +
      `${hitsPerAnswer.toFixed(1)} hits of 50; ` +
      `p50 ${milliseconds(latency.p50Ms)} ms, p95 ${milliseconds(latency.p95Ms)} ms`,
  ];
}

function rowOf(row: MetricRow): readonly string[] {
  const recalls = [row.recallAt5, row.recallAt10, row.recallAt20].map((share) => (share * 100).toFixed(1));
  return [row.category, count(row.questions), ...recalls, row.mrr.toFixed(3), row.ndcgAt10.toFixed(3)];
}
