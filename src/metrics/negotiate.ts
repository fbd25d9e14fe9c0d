import type { Format } from './family.ts';

export const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const satisfies Record<Format, string>;

/** One element of an Accept or Accept-Encoding header. */
interface Choice {
  /** Media type or encoding, in lower case. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1; 0 is "not this". */
  readonly q: number;
}

/**
 * The format for an Accept header, null where there is none: OpenMetrics for who asks for it by name and prefers it,
 * text for everybody else, browsers and `*` included. Parameters that we do not know, such as Prometheus 3's
 * `escaping`, are ignored.
 */
export function negotiateFormat(accept: string | null): Format {
  const wanted = choices(accept ?? '').filter(({ q }) => q > 0);
  for (const choice of wanted.toSorted((a, b) => b.q - a.q)) {
    const format = formatOf(choice);
    if (format !== null) return format;
  }
  return 'text';
}

/** Whether an Accept-Encoding header allows gzip; null where there is none. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const offered = choices(acceptEncoding ?? '');
  const choice = offered.find(({ name }) => name === 'gzip') ?? offered.find(({ name }) => name === '*');
  return choice !== undefined && choice.q > 0;
}

function formatOf({ name, parameters }: Choice): Format | null {
  const version = parameters.get('version');
  switch (name) {
    case 'application/openmetrics-text':
      return version === undefined || version === '1.0.0' || version === '0.0.1' ? 'openmetrics' : null;
    case 'text/plain':
      return version === undefined || version === '0.0.4' ? 'text' : null;
    case 'text/*':
    case '*/*':
      return 'text';
    default:
      return null;
  }
}

/** The elements of a header in its order (RFC 9110 §12.4.2, §12.5). */
function choices(value: string): Choice[] {
  return value.split(',').flatMap((element) => {
    const [name = '', ...rest] = element.split(';').map((part) => part.trim().toLowerCase());
    const parameters = new Map(rest.map((parameter) => pair(parameter)));
    return name === '' ? [] : [{ name, parameters, q: quality(parameters.get('q')) }];
  });
}

function pair(parameter: string): [string, string] {
  const [name = '', value = ''] = parameter.split('=').map((part) => part.trim());
  return [name, value.replace(/^"(.*)"$/, '$1')];
}

/** A weight that cannot be read is taken for 0: better a format that is always understood than a guess. */
function quality(text: string | undefined): number {
  if (text === undefined) return 1;
  const q = Number(text);
  return q >= 0 && q <= 1 ? q : 0;
}
