import type { TargetKey } from '../domain/deployment.ts';
import { timeStatistics } from '../domain/quantile.ts';
import { leadTimeStatistics, recoveryTimes, spanOf, type Window } from '../domain/windows.ts';
import type { TeamKey, TeamShown } from './family.ts';
import type { WindowBook } from './window-book.ts';

interface Team extends TeamKey {
  /** Of this process alone. */
  readonly id: number;
  readonly members: Set<number>;
}

/** Which targets are whose, and the teams that must be shown anew. */
export class Teams {
  readonly #windows: readonly Window[];
  readonly #book: WindowBook;
  readonly #teams = new Map<string, Team>();
  readonly #teamOf = new Map<number, Team>();
  readonly #changed = new Set<Team>();
  #made = 0;

  constructor(windows: readonly Window[], book: WindowBook) {
    this.#windows = windows;
    this.#book = book;
  }

  /** A target that is shown, as it is now, or null: it is not. What has no team is nobody's. */
  put(target: number, key: (TargetKey & { readonly team: string }) | null): void {
    const before = this.#teamOf.get(target);
    const now = key === null || key.team === '' ? undefined : this.#teamFor(key);
    if (before !== undefined) this.#changed.add(before);
    if (now !== undefined) this.#changed.add(now);
    if (before === now) return;
    before?.members.delete(target);
    now?.members.add(target);
    if (now === undefined) this.#teamOf.delete(target);
    else this.#teamOf.set(target, now);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** The teams that changed, each with its numbers as they are when it is asked for; null: it has no targets left. */
  *changes(): Generator<{ readonly id: number; readonly shown: TeamShown | null }> {
    // A set that grows while it is walked is walked to its new end.
    for (const team of this.#changed) {
      this.#changed.delete(team);
      if (team.members.size === 0) this.#teams.delete(nameOf(team));
      yield { id: team.id, shown: team.members.size === 0 ? null : this.#shown(team) };
    }
  }

  #shown({ source, team, environment, members }: Team): TeamShown {
    const rows = [...members].map((target) => this.#book.rowsOf(target));
    const windows = this.#windows.map((window) => {
      const span = spanOf(window, this.#book.now);
      return {
        name: window.name,
        recovery: timeStatistics(rows.flatMap(({ recoveries }) => recoveryTimes(recoveries(), span))),
        leadTime: leadTimeStatistics(
          rows.flatMap(({ leadTimes }) => leadTimes(span)),
          rows.some(({ awaitsLeadTimes }) => awaitsLeadTimes(span)),
        ),
      };
    });
    return { source, team, environment, windows };
  }

  #teamFor({ source, team, environment }: TeamKey): Team {
    const name = nameOf({ source, team, environment });
    const known = this.#teams.get(name);
    if (known !== undefined) return known;
    this.#made += 1;
    const made = { id: this.#made, source, team, environment, members: new Set<number>() };
    this.#teams.set(name, made);
    return made;
  }
}

function nameOf({ source, team, environment }: TeamKey): string {
  return JSON.stringify([source, team, environment]);
}
