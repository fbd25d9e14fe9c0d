import { LineCounter, parseDocument } from 'yaml';

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: string[] };

/**
 * The value of one YAML document, in which no key may stand twice. Problems tell the place and never the text there:
 * it may be a secret.
 */
export function parseYaml(text: string): Parsed {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const problems = [...document.errors, ...document.warnings].map((problem) => {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    // What follows a colon is text of the file.
    return `line ${line}, column ${col}: ${problem.message.split(':')[0]}; give valid YAML`;
  });
  if (problems.length > 0) return { ok: false, problems };
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
