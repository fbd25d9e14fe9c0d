/** From the worst down. `problem`: numbers are missing or wrong; `warning`: they may be; `note`: so it is meant to be. */
export const LEVELS = ['problem', 'warning', 'note', 'ok'] as const;

export type Level = (typeof LEVELS)[number];

/** One thing that was looked at. */
export interface Finding {
  readonly level: Level;
  /** What it is about: a source by its name, `ledger`, a room. */
  readonly subject: string;
  readonly says: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
  /** Where many of its kind are likely. */
  readonly fold?: Fold;
}

/** By what one of many findings of a subject folds with the others of its kind into one line. */
export interface Fold {
  readonly kind: string;
  /** Which of the many: a repository, an application. */
  readonly place: string;
  /** What holds of each of them. */
  readonly says: string;
}

/** The worst first, and else as they were found. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

const LINE_BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** The finding as one line, without its end. */
export function lineOf({ level, subject, says, remedy }: Finding): string {
  const line = `${level.padEnd(7)}  ${subject}: ${says}${remedy === null ? '' : ` -> ${remedy}`}`;
  return line.replaceAll(LINE_BREAKS, ' ');
}

/** Collects what is found out about one subject. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #subject: string;

  constructor(subject: string) {
    this.#subject = subject;
  }

  add(level: Level, says: string, remedy: string | null = null, fold?: Fold): void {
    this.all.push({ level, subject: this.#subject, says, remedy, ...(fold === undefined ? {} : { fold }) });
  }
}
