import { z } from 'zod';
import { keptOf } from '../domain/windows.ts';
import { baseUrlOrNone } from '../sources/base-url.ts';
import {
  count,
  durationMs,
  type Files,
  mismatch,
  nameText,
  secretFile,
  secretFileOrNone,
  strict,
} from '../sources/setting-pieces.ts';
import { sourceSettings } from '../sources/table.ts';
import { type Config, LOG_FORMATS, LOG_LEVELS, type WebSettings } from './config.ts';
import { crossChecks } from './cross-checks.ts';
import type { ConfigFiles } from './files.ts';
import { ledgerSettings } from './ledger-settings.ts';
import { listenAddress } from './listen-address.ts';
import { always, noneTwice } from './none-twice.ts';
import { notifySettings } from './notify-settings.ts';
import { sinkSettings } from './sink-settings.ts';
import type { WebFile } from './web-file/web-file.ts';
import { windows } from './window-settings.ts';

/** The whole configuration. Defaults stand here as an operator would write them. */
export function configSchema(files: ConfigFiles) {
  return strict({
    web: webSettings(files).prefault({}),
    ledger: ledgerSettings(files)
      .prefault('sqlite:./data/dora.db')
      .describe(
        'where the durable record is: `sqlite:FILE`, or `postgres://USER@HOST/DATABASE`, see [PostgreSQL](postgresql.md)',
      ),
    ledger_password_file: secretFileOrNone(files)
      .prefault('')
      .describe(
        "the file of PostgreSQL's password, read again at each new connection. Without it: `PGPASSFILE`, `PGPASSWORD`",
      ),
    retention: durationMs({ least: 1000 })
      .prefault('400d')
      .describe('how long deployments and incidents are kept. Totals are kept for ever'),
    windows: windows()
      .prefault(['7d', '30d', '90d'])
      .describe('spans back from now over which ratios and times are taken; each once, as the label `window` shows it'),
    min_samples: count(1)
      .prefault(5)
      .describe('a ratio over fewer deployments is absent, the number of deployments is not'),
    attribution_window: durationMs()
      .prefault('24h')
      .describe('how long after a deployment it is to blame for errors of its service, whichever source told of them'),
    incident_expiry: durationMs({ least: 1000 })
      .prefault('30d')
      .describe(
        'an incident that is open this long is closed as expired, without a recovery time. At most `retention`',
      ),
    birth_hold: durationMs()
      .prefault('2m')
      .describe(
        'a target that a live event made known shows its counters without that event this long, so that Prometheus sees the first increase; `0s`: off',
      ),
    series_limit: count(1)
      .prefault(1_500_000)
      .describe('series per scrape. What is over is dropped, whole target by whole target, and counted'),
    series_limit_per_source: count(0).prefault(0).describe('the same for each source; 0: none'),
    log: strict({
      level: z.enum(LOG_LEVELS).prefault('info').describe('what is written: this and all that is worse'),
      format: z.enum(LOG_FORMATS).prefault('json').describe('for machines, or for people'),
    }).prefault({}),
    sources: z.array(anySource(files)).prefault([]).describe('what is polled, see [below](#sources-every-type)'),
    sink: sinkSettings(files).prefault({}),
    notify: notifySettings(files).prefault({}),
  })
    .superRefine(crossChecks, always)
    .transform(
      (keys): Config => ({
        web: keys.web,
        ledger: keys.ledger,
        ledgerPassword: keys.ledger_password_file,
        retentionMs: keys.retention,
        windows: keys.windows.map((window) => keptOf(window, keys.retention)),
        minSamples: keys.min_samples,
        attributionWindowMs: keys.attribution_window,
        incidentExpiryMs: keys.incident_expiry,
        birthHoldMs: keys.birth_hold,
        seriesLimit: keys.series_limit,
        seriesLimitPerSource: keys.series_limit_per_source,
        log: keys.log,
        sources: keys.sources,
        sink: keys.sink,
        notify: keys.notify,
      }),
    );
}

/** Derived from the table of sources: a new source needs nothing here. */
function anySource(files: Files) {
  const [first, ...others] = Object.values(sourceSettings).map((source) => source.settings(files));
  return z.discriminatedUnion('type', [first, ...others] as [NonNullable<typeof first>, ...typeof others]);
}

function webSettings(files: ConfigFiles) {
  const adminToken = strict({
    name: nameText().describe('who it is; unique'),
    token_file: secretFile(files).describe('the bearer token'),
  });
  return strict({
    listen_address: listenAddress()
      .prefault(':3672')
      .describe(
        '`[HOST]:PORT`; without a host, all addresses. IPv6 in brackets: `[::1]:3672`. Port 0: one that is free',
      ),
    config_file: webFileOrNone(files)
      .prefault('')
      .describe(
        "TLS and basic auth, in the format of Prometheus' exporter toolkit, see [security](security.md); empty: plain HTTP, open to everybody",
      ),
    external_url: baseUrlOrNone().prefault('').describe('the address under which people reach this server, for links'),
    admin_tokens: z
      .array(adminToken)
      .superRefine(noneTwice('name'), always)
      .prefault([])
      .describe('who may reload, resolve incidents and give verdicts; nobody when empty'),
  }).transform(
    (keys): WebSettings => ({
      listenAddress: keys.listen_address,
      configFile: keys.config_file,
      externalUrl: keys.external_url,
      adminTokens: keys.admin_tokens.map((admin) => ({ name: admin.name, token: admin.token_file })),
    }),
  );
}

/** All that is wrong with the file is told, as with this one. */
function webFileOrNone(files: ConfigFiles) {
  return z
    .string({ error: (issue) => mismatch('the path of a file, or "" for none', issue.input) })
    .meta({ takes: 'the path of a file' })
    .transform((name, context): WebFile | null => {
      if (name === '') return null;
      const opened = files.web(name);
      if (opened.ok) return opened.value;
      for (const problem of opened.problems) context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    });
}
