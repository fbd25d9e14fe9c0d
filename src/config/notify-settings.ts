import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import type { RoomName } from '../domain/severity.ts';
import { baseUrl } from '../sources/base-url.ts';
import {
  durationMs,
  existingFileOrNone,
  type Files,
  type Reading,
  reading,
  readingOrNone,
  secretFile,
  strict,
  waitMs,
} from '../sources/setting-pieces.ts';

export interface NotifySettings {
  /** Older events never become messages. */
  readonly maxAgeMs: number;
  readonly dedupeMs: number;
  readonly throttleMs: number;
  /** Holds {source}, {app} and {environment}. */
  readonly dashboardUrl: string | null;
  readonly matrix: MatrixSettings | null;
}

export interface MatrixSettings {
  readonly homeserver: string;
  readonly token: Secret;
  readonly caFile: string | null;
  readonly requestTimeoutMs: number;
  /** Each by alias or id. */
  readonly rooms: Readonly<Record<RoomName, string>>;
  readonly heartbeat: HeartbeatSettings | null;
}

/** The daily self-test. */
export interface HeartbeatSettings {
  readonly hour: number;
  readonly minute: number;
  /** An IANA name. */
  readonly timeZone: string;
  readonly room: RoomName;
}

export function notifySettings(files: Files) {
  return strict({
    max_age: durationMs().prefault('1h').describe('older events never become messages'),
    dedupe: durationMs()
      .prefault('1m')
      .describe('the same alert again within this time adds to the first message; `0s`: off'),
    throttle: durationMs()
      .prefault('1m')
      .describe('at most one message per origin in this time, the rest is summed into the next; `0s`: off'),
    dashboard_url: dashboardUrl()
      .prefault('')
      .describe('a link for messages, with `{source}`, `{app}` and `{environment}` filled in'),
    matrix: matrix(files).optional().describe('without it, no message is sent'),
  }).transform(
    (keys): NotifySettings => ({
      maxAgeMs: keys.max_age,
      dedupeMs: keys.dedupe,
      throttleMs: keys.throttle,
      dashboardUrl: keys.dashboard_url,
      matrix: keys.matrix ?? null,
    }),
  );
}

function matrix(files: Files) {
  return strict({
    homeserver: baseUrl().describe('its address'),
    token_file: secretFile(files).describe("the bot's access token"),
    ca_file: existingFileOrNone(files).prefault('').describe('the certificate of a private authority to trust'),
    request_timeout: waitMs().prefault('15s').describe('for one request'),
    rooms: strict({
      critical: room().describe(
        'where failures that need somebody at once are told: `"#alias:server"` or `"!id"`, in quotes',
      ),
      warning: room().describe('the same, for all else'),
    }),
    heartbeat: heartbeat().optional().describe('a daily self-test; off when absent'),
  }).transform(
    (keys): MatrixSettings => ({
      homeserver: keys.homeserver,
      token: keys.token_file,
      caFile: keys.ca_file,
      requestTimeoutMs: keys.request_timeout,
      rooms: keys.rooms,
      heartbeat: keys.heartbeat ?? null,
    }),
  );
}

function heartbeat() {
  return strict({
    at: timeOfDay().describe('a time of day such as `"09:00"`, in quotes'),
    time_zone: timeZone().prefault('UTC').describe('an IANA name such as `Europe/Berlin`'),
    room: z.enum(['critical', 'warning']).prefault('critical').describe('`critical` or `warning`'),
  }).transform((keys): HeartbeatSettings => ({ ...keys.at, timeZone: keys.time_zone, room: keys.room }));
}

/** Ids of rooms of version 12 have no server in them. */
function room() {
  const right = 'a room as "#alias:server" or "!id" (in quotes: # begins a comment)';
  return reading(right, (text) =>
    /^(#[^\s:]+:\S+|!\S+)$/.test(text)
      ? { ok: true, value: text }
      : { ok: false, problem: `"${text}" is not a room; give ${right}` },
  );
}

function timeOfDay() {
  const right = 'a time of day such as "09:00" (in quotes)';
  return reading(right, (text): Reading<{ readonly hour: number; readonly minute: number }> => {
    const found = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text);
    if (found === null) return { ok: false, problem: `"${text}" is not a time of day; give ${right}` };
    return { ok: true, value: { hour: Number(found[1]), minute: Number(found[2]) } };
  });
}

function timeZone() {
  const right = 'a time zone such as UTC or Europe/Berlin';
  return reading(right, (text) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return { ok: true, value: text };
    } catch {
      return { ok: false, problem: `"${text}" is not a time zone; give ${right}` };
    }
  });
}

function dashboardUrl() {
  const right = 'an address such as https://grafana.example.org/d/dora?var-app={app}';
  return readingOrNone(right, (text) => {
    const unknown = text.match(/\{[^}]*\}/g)?.find((name) => !['{source}', '{app}', '{environment}'].includes(name));
    if (unknown !== undefined) {
      return { ok: false, problem: `${unknown} cannot be filled; give any of {source}, {app} and {environment}` };
    }
    const isUrl = /^https?:\/\//i.test(text) && URL.canParse(text);
    return isUrl ? { ok: true, value: text } : { ok: false, problem: `not an http or https address; give ${right}` };
  });
}
