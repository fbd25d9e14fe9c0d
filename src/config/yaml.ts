import { LineCounter, parseDocument } from 'yaml';

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: string[] };

/**
 * The value of one YAML document, in which no key may stand twice. Problems tell the place and the kind of
 * mistake, never the parser's own words: those quote the text, which may be a secret.
 */
export function parseYaml(text: string): Parsed {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return `line ${line}, column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}; give valid YAML`;
  });
  if (problems.length > 0) return { ok: false, problems: [...new Set(problems)] };
  try {
    // An empty document is one in which every key has its default.
    return { ok: true, value: document.toJS() ?? {} };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return {
      ok: false,
      problems: ['an alias (*name) has no anchor (&name) before it, or stands for too much; write it out'],
    };
  }
}
