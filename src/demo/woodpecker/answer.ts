/** What the server says to one request, before the headers that all answers share. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function json(value: unknown): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

export function text(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

/** No body and no content type: most refusals of the real server look like this. */
export function empty(status: number): Answer {
  return { status, headers: {}, body: '' };
}

/** The web interface, which answers with 200 whatever is not a route, under /api too. `says`: what a person gets to see. */
export function page(says = ''): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=UTF-8', 'Cache-Control': 'no-cache' },
    body: `<!doctype html><html><head><title>Woodpecker</title></head><body><div id="app">${says}</div></body></html>\n`,
  };
}
