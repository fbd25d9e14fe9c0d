import type { Secret } from '../domain/secret.ts';
import type { Reading } from '../sources/setting-pieces.ts';
import { readRegularFile, stampOf } from './regular-file.ts';

const HIDDEN = '[secret]';

/** A value that shows itself to `read` alone: no log, message or dump can hold it by accident. */
class HiddenSecret implements Secret {
  readonly #read: () => string;

  constructor(read: () => string) {
    this.#read = read;
  }

  read(): string {
    return this.#read();
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}

/** A secret from the environment: it stays what it is. `name` is that of the variable. */
export function fixedSecret(name: string, content: string): Reading<Secret> {
  const value = singleLine(name, content);
  return value.ok ? { ok: true, value: new HiddenSecret(() => value.value) } : value;
}

/**
 * The secret in a file, read again whenever the file has changed. While the file is missing or holds no secret,
 * the last good value stays in use, and `report` hears of it once.
 */
export function fileSecret(file: string, report: (problem: string) => void): Reading<Secret> {
  const first = load(file);
  if (!first.ok) return first;
  let { stamp, text } = first.value;
  let reported = false;

  function current(): string {
    // One stat for each use costs microseconds, and needs no watcher that could miss a change.
    if (stampOf(file) === stamp) return text;
    const next = load(file);
    if (next.ok) ({ stamp, text } = next.value);
    else if (!reported) report(`${next.problem}; the last good value stays in use`);
    reported = !next.ok;
    return text;
  }

  return { ok: true, value: new HiddenSecret(current) };
}

function load(file: string): ReturnType<typeof readRegularFile> {
  const content = readRegularFile(file);
  if (!content.ok) return content;
  const text = singleLine(file, content.value.text);
  return text.ok ? { ok: true, value: { text: text.value, stamp: content.value.stamp } } : text;
}

/** Without the line's end that editors add. Never tells the content. */
function singleLine(place: string, content: string): Reading<string> {
  const text = content.replace(/[\r\n]+$/, '');
  if (text.trim() === '') return { ok: false, problem: `${place} is empty; it must hold the secret` };
  if (/\p{Cc}/u.test(text)) return { ok: false, problem: `${place} must hold the secret alone, in one line` };
  return { ok: true, value: text };
}
