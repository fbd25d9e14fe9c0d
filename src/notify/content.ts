import type { OutboxFact, Outgoing } from '../ledger/outgoing.ts';
import type { Told, ToldAlert } from '../ledger/told.ts';
import { type Line, line, struck } from './line.ts';
import type { Payload } from './plan.ts';
import { jsonBytes } from './text.ts';
import { type DashboardUrl, endingOf, type Wording, wordingOf } from './wording.ts';

/** The content of a Matrix event; integers and text alone, for a homeserver refuses fractions. */
export type Content = Readonly<Record<string, unknown>>;

/** Bytes of JSON that one text may take: an edit carries four, and an event may have 65,536 in all. */
export const TEXT_BYTES = 8192;
/** Bytes of JSON for the ids of what a message accounts for; an edit carries them twice. */
const ID_BYTES = 8192;

/** The ids of all that a message accounts for, as far as they fit: those of the sink, or the outbox's own. */
export const EVENTS = 'dora-exporter.events';

/** Words an event whole. An edit needs its root to have been delivered. */
export function contentOf(
  { kind, root }: Pick<Outgoing, 'kind' | 'root'>,
  told: Told,
  dashboard: DashboardUrl,
): Content {
  const plain = kind === 'notice' ? noticeContent(told, dashboard) : messageContent(told, dashboard);
  if (root === null || !root.delivered || root.eventId === null) return plain;
  const event_id = root.eventId;
  return kind === 'edit'
    ? {
        ...plain,
        body: `* ${plain['body']}`,
        formatted_body: `* ${plain['formatted_body']}`,
        'm.new_content': plain,
        'm.relates_to': { rel_type: 'm.replace', event_id },
      }
    : {
        ...plain,
        'm.relates_to': {
          rel_type: 'm.thread',
          event_id,
          is_falling_back: true,
          'm.in_reply_to': { event_id },
        },
      };
}

/** The same as a message of its own, for when what it is about cannot be found; null when it is one already. */
export function withoutRelation(content: Content): Content | null {
  const { 'm.relates_to': relation, 'm.new_content': whole, ...plain } = content;
  if (relation === undefined) return null;
  return (whole as Content | undefined) ?? plain;
}

function noticeContent({ named, refs }: Told, dashboard: DashboardUrl): Content {
  const lines = named.flatMap(({ latest }) => linesOf(wordsOf(latest, dashboard)));
  return textContent('m.notice', lines, refs);
}

function messageContent(told: Told, dashboard: DashboardUrl): Content {
  const alerts = told.named.map((one) => alertOf(one, dashboard));
  const [only] = alerts;
  const lines = told.alerts === 1 && only !== undefined ? single(only) : sum(alerts, told);
  return textContent(told.critical ? 'm.text' : 'm.notice', lines, told.refs);
}

/** What a message says of one alert; `ending` is null while it goes on. */
interface Alert {
  readonly wording: Wording;
  readonly count: number;
  readonly ending: string | null;
}

function alertOf({ latest, count, ending }: ToldAlert, dashboard: DashboardUrl): Alert {
  return {
    wording: wordsOf(latest, dashboard),
    count,
    ending: ending === null ? null : endingOf(ending.payload as Payload),
  };
}

function wordsOf({ payload, severity }: OutboxFact, dashboard: DashboardUrl): Wording {
  return wordingOf(payload as Payload, severity, dashboard);
}

function single({ wording, count, ending }: Alert): Line[] {
  const head = counted(wording.head, count);
  if (ending === null) return linesOf({ ...wording, head });
  return [line(ending), struck(head), ...wording.rest.map(struck), ...(wording.links === null ? [] : [wording.links])];
}

function sum(named: readonly Alert[], { rows, alerts }: Told): Line[] {
  const lines = named.map(({ wording, count, ending }) => {
    const head = counted(wording.head, count);
    return ending === null ? head : joined(line(`${ending} `), struck(head));
  });
  const more = alerts - named.length;
  return [line({ bold: `${rows} alerts` }), ...lines, ...(more > 0 ? [line(`… and ${more} more`)] : [])];
}

function counted(head: Line, count: number): Line {
  return count === 1 ? head : joined(head, line(' ', { bold: `×${count}` }));
}

function joined(one: Line, other: Line): Line {
  return { body: one.body + other.body, html: one.html + other.html };
}

function linesOf({ head, rest, links }: Wording): Line[] {
  return [head, ...rest, ...(links === null ? [] : [links])];
}

function textContent(msgtype: 'm.text' | 'm.notice', lines: readonly Line[], refs: readonly string[]): Content {
  const fitting = [...lines];
  while (fitting.length > 1 && (tooLong(fitting, 'body', '\n') || tooLong(fitting, 'html', '<br>'))) fitting.pop();
  return {
    msgtype,
    body: fitting.map(({ body }) => body).join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: fitting.map(({ html }) => html).join('<br>'),
    'm.mentions': {},
    [EVENTS]: fittingIds(refs),
  };
}

function tooLong(lines: readonly Line[], part: keyof Line, between: string): boolean {
  return jsonBytes(lines.map((one) => one[part]).join(between)) > TEXT_BYTES - 4;
}

function fittingIds(refs: readonly string[]): string[] {
  let bytes = 0;
  return refs
    .map((ref) => ref.toWellFormed())
    .filter((ref) => {
      bytes += jsonBytes(ref) + 1;
      return bytes <= ID_BYTES;
    });
}
