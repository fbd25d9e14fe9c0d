/** One line of a benchmark's output. */
export interface Row {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** What design.md §10 asks for, in words; `-` where it asks for nothing. */
  readonly target: string;
  /** The figure over that of the thing it is compared with in the same run; null where it stands alone. */
  readonly ratio: number | null;
  /** Whether the target is met; true where there is none. */
  readonly ok: boolean;
}

/** A row that stands alone. */
export function rowOf(name: string, figure: number, unit: string, target: string, ok: boolean): Row {
  return { name, figure, unit, target, ratio: null, ok };
}
