import { z } from 'zod';
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
    ledger: ledgerSettings(files).prefault('sqlite:./data/dora.db'),
    ledger_password_file: secretFileOrNone(files).prefault(''),
    retention: durationMs({ least: 1000 }).prefault('400d'),
    windows: windows().prefault(['7d', '30d', '90d']),
    min_samples: count(1).prefault(5),
    attribution_window: durationMs().prefault('24h'),
    incident_expiry: durationMs({ least: 1000 }).prefault('30d'),
    birth_hold: durationMs().prefault('2m'),
    series_limit: count(1).prefault(1_500_000),
    series_limit_per_source: count(0).prefault(0),
    log: strict({
      level: z.enum(LOG_LEVELS).prefault('info'),
      format: z.enum(LOG_FORMATS).prefault('json'),
    }).prefault({}),
    sources: z.array(anySource(files)).prefault([]),
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
        windows: keys.windows,
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
  const adminToken = strict({ name: nameText(), token_file: secretFile(files) });
  return strict({
    listen_address: listenAddress().prefault(':3672'),
    config_file: webFileOrNone(files).prefault(''),
    external_url: baseUrlOrNone().prefault(''),
    admin_tokens: z.array(adminToken).superRefine(noneTwice('name'), always).prefault([]),
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
    .transform((name, context): WebFile | null => {
      if (name === '') return null;
      const opened = files.web(name);
      if (opened.ok) return opened.value;
      for (const problem of opened.problems) context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    });
}
