/** Rows in columns two spaces apart; columns of numbers are set to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = head.some((title) => title !== '') ? [head, ...rows] : rows;
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const numeric = head.map((_, column) => rows.every((row) => /^[\d.,\s%×-]*$/.test(row[column] ?? '')));
  return all.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return numeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** What others wrote, safe to print: without control characters and without marks that turn the writing around. */
export function plain(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '').replace(/(?!\n)\p{Cc}/gu, ' ');
}

/** One line of at most so many characters. */
export function oneLine(text: string, charsMax: number): string {
  const line = plain(text).replace(/\s+/g, ' ').trim();
  return line.length <= charsMax ? line : `${line.slice(0, Math.max(1, charsMax - 1))}…`;
}

/** Lines of at most so many characters, broken between words; a longer word has a line of its own. */
export function wrapped(text: string, charsMax: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > charsMax) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}

/** `2026-03-14 09:26` in UTC. */
export function minute(instant: string): string {
  return instant.replace('T', ' ').slice(0, 16);
}

/** Of a single thing and of several: `1 memory`, `2 memories`. */
export function counted(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}
