/** Columns of a table: those of numbers stand to the right. */
export interface Column<R> {
  readonly title: string;
  readonly right?: true;
  readonly cell: (row: R, index: number) => string;
}

/** A table with a line for each row, two blanks between columns; empty where there is no row. */
export function table<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  if (rows.length === 0) return '';
  const lines = [columns.map(({ title }) => title), ...rows.map((row, i) => columns.map(({ cell }) => cell(row, i)))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => {
      const cells = line.map((cell, column) =>
        columns[column]?.right === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      );
      return `  ${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** A time to the second, or to the millisecond where it has some. */
export function moment(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Milliseconds as seconds, exactly. */
export function inSeconds(ms: number): string {
  return String(ms / 1000);
}
