const WIDTH = 100;

export function title(text) {
  process.stdout.write(`\n── ${text} ${'─'.repeat(Math.max(0, WIDTH - text.length - 4))}\n`);
}

export function line(text = '') {
  process.stdout.write(`${text}\n`);
}

/** At most one line of a text. */
export function short(text, chars = 88) {
  const flat = text.replaceAll(/\s+/g, ' ');
  return flat.length <= chars ? flat : `${flat.slice(0, chars - 1)}…`;
}

/** Columns as wide as they need to be; numbers to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    line(
      `  ${row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('   ')}`,
    );
  }
}
