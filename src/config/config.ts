import type { Secret } from '../domain/secret.ts';
import type { Window } from '../domain/windows.ts';
import type { AnySourceSettings } from '../sources/table.ts';
import type { LedgerSettings } from './ledger-settings.ts';
import type { ListenAddress } from './listen-address.ts';
import type { NotifySettings } from './notify-settings.ts';
import type { SinkSettings } from './sink-settings.ts';
import type { WebFile } from './web-file/web-file.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the operator wants, validated and frozen. Durations in milliseconds, sizes in bytes, paths absolute. */
export interface Config {
  readonly web: WebSettings;
  readonly ledger: LedgerSettings;
  readonly ledgerPassword: Secret | null;
  readonly retentionMs: number;
  readonly windows: readonly Window[];
  /** Below it a ratio is absent. */
  readonly minSamples: number;
  /** How long after a deployment it is to blame for errors. */
  readonly attributionWindowMs: number;
  /** An open incident this old is closed as expired. */
  readonly incidentExpiryMs: number;
  /** How long a target that a live event made known shows its counters without that event. */
  readonly birthHoldMs: number;
  /** Per scrape. */
  readonly seriesLimit: number;
  /** 0: none. */
  readonly seriesLimitPerSource: number;
  readonly log: { readonly level: LogLevel; readonly format: (typeof LOG_FORMATS)[number] };
  readonly sources: readonly AnySourceSettings[];
  readonly sink: SinkSettings;
  readonly notify: NotifySettings;
}

export interface WebSettings {
  readonly listenAddress: ListenAddress;
  /** The exporter toolkit's web configuration: TLS and basic auth. Null: plain HTTP. */
  readonly configFile: WebFile | null;
  /** How people reach this server, without a slash at its end; null when unknown. */
  readonly externalUrl: string | null;
  /** Who may reload, resolve and judge; empty: nobody. */
  readonly adminTokens: readonly { readonly name: string; readonly token: Secret }[];
}
