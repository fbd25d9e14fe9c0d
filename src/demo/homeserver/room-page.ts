import type { Answer } from './answer.ts';
import type { Room, RoomEvent } from './model.ts';
import { latestEdit, relType } from './shown-event.ts';
import type { HomeserverState } from './state.ts';

/** A page for people: `/` shows the messages of every room as a client would, edits in place and threads under it. */
export function roomPage(state: HomeserverState, url: string): Answer | null {
  if (url === '/room.css') return { status: 200, headers: { 'Content-Type': 'text/css; charset=utf-8' }, body: STYLE };
  if (url !== '/') return null;
  const rooms = [...state.rooms.values()].map((room) => roomOf(state, room)).join('\n');
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Matrix rooms (simulated)</title><link rel="stylesheet" href="room.css"></head>
<body><h1>Matrix rooms <small>simulated homeserver ${escaped(state.serverName)}</small></h1>
<main>${rooms === '' ? '<p>There is no room.</p>' : rooms}</main></body></html>
`,
  };
}

function roomOf(state: HomeserverState, room: Room): string {
  const alias = [...state.aliases].find(([, id]) => id === room.id)?.[0] ?? room.id;
  const roots = room.timeline.filter((event) => event.type === 'm.room.message' && !isRelated(event));
  const shown = roots.map((event) => messageOf(room, event)).reverse();
  return `<section><h2>${escaped(room.name)} <small>${escaped(alias)}</small></h2>
${shown.length === 0 ? '<p class="quiet">Nothing was said here yet.</p>' : shown.join('\n')}</section>`;
}

function messageOf(room: Room, event: RoomEvent): string {
  const edit = latestEdit(room, event);
  const content = (edit?.content['m.new_content'] ?? event.content) as Record<string, unknown>;
  const thread = room.timeline.filter((one) => relType(one) === 'm.thread' && rootOf(one) === event.id);
  const replies = thread.map((one) => messageOf(room, one)).join('');
  const kind = content['msgtype'] === 'm.notice' ? 'notice' : 'text';
  const at = new Date(event.at).toISOString();
  return `<article class="${kind}"><header><b>${escaped(event.sender)}</b> <time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time>${
    edit === null ? '' : ' <i>edited</i>'
  }</header><div>${textOf(content)}</div>${replies === '' ? '' : `<div class="thread">${replies}</div>`}</article>`;
}

function textOf(content: Record<string, unknown>): string {
  const formatted = content['format'] === 'org.matrix.custom.html' ? content['formatted_body'] : undefined;
  if (typeof formatted === 'string') return sanitized(formatted);
  return escaped(String(content['body'] ?? '')).replaceAll('\n', '<br>');
}

const PLAIN_TAGS =
  'b|strong|i|em|u|s|del|strike|code|pre|br|p|ul|ol|li|blockquote|h[1-6]|hr|table|thead|tbody|tr|th|td|span';

/** What clients let through of a message's markup: plain tags without attributes, and links to the web. */
function sanitized(markup: string): string {
  return escaped(markup)
    .replace(new RegExp(`&lt;(/?(?:${PLAIN_TAGS}))\\s*/?&gt;`, 'gi'), '<$1>')
    .replace(/&lt;a href=&quot;(https?:\/\/[^\s<>]*?)&quot;&gt;/gi, '<a href="$1" rel="noreferrer noopener">')
    .replace(/&lt;\/a&gt;/gi, '</a>')
    .replaceAll('&amp;', '&');
}

function isRelated(event: RoomEvent): boolean {
  return event.content['m.relates_to'] !== undefined;
}

function rootOf({ content }: RoomEvent): unknown {
  return (content['m.relates_to'] as { readonly event_id?: unknown } | undefined)?.event_id;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const STYLE = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 1rem auto; max-width: 72rem; padding: 0 1rem; }
small, .quiet, time, i { color: color-mix(in srgb, currentColor 60%, transparent); font-weight: normal; font-size: .85rem; }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
article { border-left: 3px solid #c2410c; padding: .25rem .75rem; margin: .5rem 0; overflow-wrap: anywhere; }
article.notice { border-color: #64748b; }
.thread { margin: .25rem 0 0 .5rem; }
code, pre { font-family: ui-monospace, monospace; white-space: pre-wrap; }
`;
