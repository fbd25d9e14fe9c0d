import { clean, escapeHtml } from './text.ts';

/** One line of a message, as plain text and as HTML that says the same. */
export interface Line {
  readonly body: string;
  readonly html: string;
}

/** A piece of a line. What comes from outside goes through `clean`, here or before. */
export type Piece =
  | string
  | { readonly bold: string }
  | { readonly code: string }
  | { readonly link: string; readonly name: string };

/** A longer link is left out: it alone could fill an event. */
const LONGEST_LINK = 2000;

export function line(...pieces: readonly Piece[]): Line {
  const parts = pieces.map(part);
  return { body: parts.map(({ body }) => body).join(''), html: parts.map(({ html }) => html).join('') };
}

function part(piece: Piece): Line {
  if (typeof piece === 'string') return { body: piece, html: escapeHtml(piece) };
  if ('link' in piece) {
    return {
      body: `${piece.name}: ${piece.link}`,
      html: `<a href="${escapeHtml(piece.link)}">${escapeHtml(piece.name)}</a>`,
    };
  }
  const text = clean('bold' in piece ? piece.bold : piece.code);
  const tag = 'bold' in piece ? 'b' : 'code';
  return { body: text, html: `<${tag}>${escapeHtml(text)}</${tag}>` };
}

/** The links in one line, those that a client may follow; null where there is none. */
export function linkLine(links: readonly { readonly name: string; readonly link: string | null }[]): Line | null {
  const good = links.flatMap(({ name, link }) => (link !== null && isLink(link) ? { name, link } : []));
  if (good.length === 0) return null;
  return line(...good.flatMap((piece, index) => (index === 0 ? [piece] : [' · ', piece])));
}

function isLink(link: string): boolean {
  return link.length <= LONGEST_LINK && link.isWellFormed() && /^https?:\/\/\S+$/i.test(link) && URL.canParse(link);
}

/** The same line, struck through. */
export function struck({ body, html }: Line): Line {
  return { body: `~~${body}~~`, html: `<del>${html}</del>` };
}
