import { describe, expect, it } from 'vitest';
import { committedDashboards, type PanelJson, panelsOf } from '../support/dashboards.ts';

const COLUMNS = 24;

/** Fewest and most grid units of height that a kind of panel is readable at. */
const HEIGHTS: Readonly<Record<string, readonly [number, number]>> = {
  stat: [4, 8],
  timeseries: [7, 10],
  heatmap: [8, 12],
  bargauge: [8, 12],
  'state-timeline': [5, 10],
  table: [6, 14],
  text: [4, 20],
};

describe.each(committedDashboards())('$file', ({ json }) => {
  const shown = json.panels.filter(({ type }) => type !== 'row');
  const placed = json.panels;

  it('has no two panels in one place', () => {
    const overlapping = placed.flatMap((one, index) =>
      placed
        .slice(index + 1)
        .filter((other) => overlap(one, other))
        .map((other) => [one.title, other.title]),
    );
    expect(overlapping).toEqual([]);
  });

  it('keeps to 24 columns, and leaves no hole in a line', () => {
    const widths = new Map<number, number>();
    for (const { gridPos } of placed) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS);
      widths.set(gridPos.y, (widths.get(gridPos.y) ?? 0) + gridPos.w);
    }
    expect([...widths].filter(([, width]) => width !== COLUMNS)).toEqual([]);
    let below = 0;
    for (const y of [...widths.keys()].sort((a, b) => a - b)) {
      expect(y).toBe(below);
      below += Math.max(...placed.filter(({ gridPos }) => gridPos.y === y).map(({ gridPos }) => gridPos.h));
    }
  });

  it('has panels of one line equally high, and each readable', () => {
    for (const { type, title, gridPos } of panelsOf(json)) {
      const [least, most] = HEIGHTS[type] ?? [1, 1];
      expect(gridPos.h, title).toBeGreaterThanOrEqual(least);
      expect(gridPos.h, title).toBeLessThanOrEqual(most);
      if (type !== 'row') expect(gridPos.w, title).toBeGreaterThanOrEqual(4);
    }
    for (const { title, gridPos } of shown) {
      const line = shown.filter((other) => other.gridPos.y === gridPos.y);
      expect(new Set(line.map((other) => other.gridPos.h)).size, title).toBe(1);
    }
  });

  it('shows a legend wherever there can be several lines, and a number wherever there is one', () => {
    for (const { type, title, options } of panelsOf(json)) {
      if (type === 'timeseries' || type === 'state-timeline')
        expect(options?.legend?.showLegend, `${title}: the builder leaves it out`).toBe(true);
      if (type === 'stat' || type === 'bargauge') expect(options?.reduceOptions?.calcs, title).toEqual(['lastNotNull']);
    }
  });

  it('has something to say wherever there can be nothing', () => {
    for (const { type, title, fieldConfig } of panelsOf(json)) {
      if (type === 'stat') expect(fieldConfig?.defaults.noValue, title).toMatch(/./);
    }
  });

  it('names in overrides only what a query is called', () => {
    for (const { title, type, targets = [], fieldConfig } of panelsOf(json)) {
      // The columns of a table are named by its transformations.
      if (type === 'table') continue;
      const names = targets.map(({ legendFormat = '' }) => legendFormat);
      for (const { matcher } of fieldConfig?.overrides ?? []) {
        const expression =
          matcher.id === 'byName' ? new RegExp(`^${matcher.options}$`) : new RegExp(matcher.options.slice(1, -1));
        const known = names.some((name) => expression.test(name) || /^(?:\{\{\w+\}\} ?)+$/.test(name));
        expect(known, `${title}: ${matcher.options}`).toBe(true);
      }
    }
  });
});

function overlap({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
