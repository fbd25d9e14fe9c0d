const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a duration as Go writes them, such as `100ms`, `1.5s`, `1m30s` or `0`: the exporter toolkit's file has
 * these. Null for any other text; a negative one is none here.
 */
export function parseGoDuration(text: string): number | null {
  if (text === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  let ms = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([\d.]+)([a-zµμ]+)/g))
    ms += Number(amount) * (UNITS[unit] ?? 0);
  return Number.isFinite(ms) ? ms : null;
}
