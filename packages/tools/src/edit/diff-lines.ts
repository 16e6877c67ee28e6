/** A line that stayed, went or came. */
export interface Row {
  sign: " " | "-" | "+";
  line: string;
}

const MAX_TABLE = 1_000_000;

/**
 * The shortest list of rows that turns one list of lines into the other. Two long lists with little in common are
 * shown as one block going and one coming, because the table for the shortest would not fit.
 */
export function diffLines(before: readonly string[], after: readonly string[]): Row[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const oldMiddle = before.slice(head, before.length - tail);
  const newMiddle = after.slice(head, after.length - tail);
  return [
    ...rowsOf(" ", before.slice(0, head)),
    ...(oldMiddle.length * newMiddle.length > MAX_TABLE
      ? [...rowsOf("-", oldMiddle), ...rowsOf("+", newMiddle)]
      : diffMiddle(oldMiddle, newMiddle)),
    ...rowsOf(" ", before.slice(before.length - tail)),
  ];
}

// The longest common subsequence by its table, filled from the end.
function diffMiddle(before: readonly string[], after: readonly string[]): Row[] {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const common = (row: number, column: number) => table[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      table[row * width + column] =
        before[row] === after[column]
          ? common(row + 1, column + 1) + 1
          : Math.max(common(row + 1, column), common(row, column + 1));
    }
  }
  const rows: Row[] = [];
  let row = 0;
  let column = 0;
  for (;;) {
    const old = before[row];
    const fresh = after[column];
    if (old !== undefined && old === fresh) {
      rows.push({ sign: " ", line: old });
      row += 1;
      column += 1;
    } else if (
      old !== undefined &&
      (fresh === undefined || common(row + 1, column) >= common(row, column + 1))
    ) {
      rows.push({ sign: "-", line: old });
      row += 1;
    } else if (fresh !== undefined) {
      rows.push({ sign: "+", line: fresh });
      column += 1;
    } else {
      return rows;
    }
  }
}

function rowsOf(sign: Row["sign"], lines: readonly string[]): Row[] {
  return lines.map((line) => ({ sign, line }));
}
