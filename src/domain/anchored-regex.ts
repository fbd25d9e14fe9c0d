/**
 * A regular expression with the meaning that Prometheus gives it: it must match the whole text, `.` matches line
 * ends too, and the syntax is that of Go's RE2. Go's `(?P<name>...)`, flags at the beginning such as `(?i)`,
 * `\A`, `\z` and escaped punctuation are translated.
 * Throws a SyntaxError for what Go refuses (looking around, backreferences) and what JavaScript cannot compile.
 */
export function anchoredRegex(source: string): RegExp {
  const flags = /^\(\?([ims]*-?[ims]+)\)/.exec(source);
  const body = toJavaScript(flags === null ? source : source.slice(flags[0].length));
  // Compiled alone first: wrapped below, the brackets of `a)(b` would seem to match.
  new RegExp(body, 'su');
  return new RegExp(flags === null ? `^(?:${body})$` : `^(?${flags[1]}:${body})$`, 'su');
}

function toJavaScript(source: string): string {
  let inClass = false;
  return source.replace(/\\.|\(\?P<|\(\?<?[=!]|[[\]]/gsu, (token) => {
    if (token.startsWith('\\')) return escapeToJavaScript(token, inClass);
    if (token === '[') inClass = true;
    else if (token === ']') inClass = false;
    else if (inClass) return token;
    else if (token === '(?P<') return '(?<';
    else throw new SyntaxError(`"${token}" looks around, which Prometheus' regular expressions cannot`);
    return token;
  });
}

function escapeToJavaScript(token: string, inClass: boolean): string {
  const escaped = token.slice(1);
  if (/[1-9k]/.test(escaped))
    throw new SyntaxError(`"${token}" refers back, which Prometheus' regular expressions cannot`);
  if (!inClass && escaped === 'A') return '(?<![^])';
  if (!inClass && escaped === 'z') return '(?![^])';
  // Go lets any punctuation be escaped, JavaScript only what has a meaning of its own.
  const isPunctuation = /[!-/:-@[-`{-~]/.test(escaped);
  const hasMeaning = /[\^$\\.*+?()[\]{}|/]/.test(escaped) || (inClass && escaped === '-');
  return isPunctuation && !hasMeaning ? escaped : token;
}
