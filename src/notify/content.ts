import type { OutboxFact, Outgoing } from '../ledger/outgoing.ts';
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
/** Alerts that a sum names one by one. */
const NAMED = 10;

/** The ids of all that a message accounts for, as far as they fit: those of the sink, or the outbox's own. */
export const EVENTS = 'dora-exporter.events';

/** Words an event whole. An edit needs its root to have been delivered. */
export function contentOf({ kind, facts, root }: Outgoing, dashboard: DashboardUrl): Content {
  const plain = kind === 'notice' ? noticeContent(facts, dashboard) : messageContent(facts, dashboard);
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

function noticeContent(facts: readonly OutboxFact[], dashboard: DashboardUrl): Content {
  const lines = facts.flatMap((fact) => linesOf(wordingOf(fact.payload as Payload, fact.severity, dashboard)));
  return textContent('m.notice', lines, facts);
}

function messageContent(facts: readonly OutboxFact[], dashboard: DashboardUrl): Content {
  const told = facts.filter(({ role }) => role !== 'ends');
  const alerts = [...Map.groupBy(told, ({ key }) => key).values()].map((rows) => alertOf(rows, facts, dashboard));
  const msgtype = told.some(({ severity }) => severity === 'critical') ? 'm.text' : 'm.notice';
  const [only] = alerts;
  const lines = alerts.length === 1 && only !== undefined ? single(only) : sum(alerts, told.length);
  return textContent(msgtype, lines, facts);
}

/** Rows with one key, and what ended the latest of them; null while one goes on. */
interface Alert {
  readonly wording: Wording;
  readonly count: number;
  readonly ending: string | null;
}

function alertOf(rows: readonly OutboxFact[], facts: readonly OutboxFact[], dashboard: DashboardUrl): Alert {
  const endings = rows.map(({ id, about }) =>
    about === null ? undefined : facts.findLast((fact) => fact.role === 'ends' && fact.about === about && fact.id > id),
  );
  const last = endings.every((ending) => ending !== undefined) ? endings.at(-1) : undefined;
  // They are alike but for links and times, of which the latest serve best.
  const { payload, severity } = rows.at(-1) as OutboxFact;
  return {
    wording: wordingOf(payload as Payload, severity, dashboard),
    count: rows.length,
    ending: last === undefined ? null : endingOf(last.payload as Payload),
  };
}

function single({ wording, count, ending }: Alert): Line[] {
  const head = counted(wording.head, count);
  if (ending === null) return linesOf({ ...wording, head });
  return [line(ending), struck(head), ...wording.rest.map(struck), ...(wording.links === null ? [] : [wording.links])];
}

function sum(alerts: readonly Alert[], rows: number): Line[] {
  const named = alerts.slice(0, NAMED).map(({ wording, count, ending }) => {
    const head = counted(wording.head, count);
    return ending === null ? head : joined(line(`${ending} `), struck(head));
  });
  const more = alerts.length - named.length;
  return [line({ bold: `${rows} alerts` }), ...named, ...(more > 0 ? [line(`… and ${more} more`)] : [])];
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

function textContent(msgtype: 'm.text' | 'm.notice', lines: readonly Line[], facts: readonly OutboxFact[]): Content {
  const fitting = [...lines];
  while (fitting.length > 1 && (tooLong(fitting, 'body', '\n') || tooLong(fitting, 'html', '<br>'))) fitting.pop();
  return {
    msgtype,
    body: fitting.map(({ body }) => body).join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: fitting.map(({ html }) => html).join('<br>'),
    'm.mentions': {},
    [EVENTS]: fittingIds(facts),
  };
}

function tooLong(lines: readonly Line[], part: keyof Line, between: string): boolean {
  return jsonBytes(lines.map((one) => one[part]).join(between)) > TEXT_BYTES - 4;
}

function fittingIds(facts: readonly OutboxFact[]): string[] {
  let bytes = 0;
  return facts
    .map(({ ref }) => ref.toWellFormed())
    .filter((ref) => {
      bytes += jsonBytes(ref) + 1;
      return bytes <= ID_BYTES;
    });
}
