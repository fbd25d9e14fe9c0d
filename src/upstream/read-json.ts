import type { ZodError, ZodType } from 'zod';
import { core } from 'zod';

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };

/** The value in a JSON text, or what is wrong with it, by place and kind; nothing of the text itself. */
export function readJson<T>(text: string, schema: ZodType<T>): Read<T> {
  if (text.trim() === '') return { ok: false, detail: '200 with an empty body, expected JSON' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    return { ok: false, detail: '200 with a body that is not JSON' };
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, detail: shapeProblem(parsed.error) };
}

/** What is wrong with a value, by place and kind, and nothing of the value itself. `within`: where the value stands. */
export function shapeProblem(error: ZodError, within: readonly (string | number)[] = []): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'unexpected shape';
  const path = [...within, ...issue.path];
  const place = path.length === 0 ? 'the whole' : core.toDotPath(path);
  // This one kind of message quotes names out of the body.
  const wrong = issue.code === 'unrecognized_keys' ? 'unknown keys' : issue.message;
  return `unexpected shape at ${place.slice(0, 100)}: ${wrong.slice(0, 200)}`;
}
