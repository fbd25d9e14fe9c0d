import { z } from 'zod';
import type { RelabelRule } from '../domain/relabel.ts';
import { baseUrl } from './base-url.ts';
import { relabelRules } from './relabel-settings.ts';
import { byteSize, count, durationMs, existingFileOrNone, type Files, nameText, waitMs } from './setting-pieces.ts';

/** What the configuration says of every source. */
export interface SourceSettings {
  /** Label `source`; unique. */
  readonly name: string;
  /** Without a slash at its end; may have a path. */
  readonly url: string;
  /** A file with the certificate authority to trust, re-read by whoever connects. */
  readonly caFile: string | null;
  readonly insecureSkipVerify: boolean;
  readonly pollIntervalMs: number;
  /** Over the whole poll. */
  readonly pollTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Requests at a time. */
  readonly concurrency: number;
  /** How long a target that is no longer listed keeps its series. */
  readonly forgetAfterMs: number;
  readonly relabel: readonly RelabelRule[];
}

/** Defaults in which sources differ, as an operator would write them. */
interface Defaults {
  readonly name: string;
  readonly pollInterval: string;
  readonly requestTimeout: string;
  readonly maxBody: string;
}

/** The keys of every source; a source adds its `type` and its own. */
export function commonShape(files: Files, defaults: Defaults) {
  return {
    name: nameText().prefault(defaults.name),
    url: baseUrl(),
    ca_file: existingFileOrNone(files).prefault(''),
    insecure_skip_verify: z.boolean().prefault(false),
    poll_interval: waitMs().prefault(defaults.pollInterval),
    poll_timeout: waitMs().prefault('60s'),
    request_timeout: waitMs().prefault(defaults.requestTimeout),
    max_body: byteSize().prefault(defaults.maxBody),
    concurrency: count(1).prefault(4),
    forget_after: durationMs().prefault('1h'),
    relabel_configs: relabelRules().prefault([]),
  };
}

type SourceKeys = z.output<z.ZodObject<ReturnType<typeof commonShape>>>;

/** The settings that `commonShape` reads. */
export function commonSettings(keys: SourceKeys): SourceSettings {
  return {
    name: keys.name,
    url: keys.url,
    caFile: keys.ca_file,
    insecureSkipVerify: keys.insecure_skip_verify,
    pollIntervalMs: keys.poll_interval,
    pollTimeoutMs: keys.poll_timeout,
    requestTimeoutMs: keys.request_timeout,
    maxBodyBytes: keys.max_body,
    concurrency: keys.concurrency,
    forgetAfterMs: keys.forget_after,
    relabel: keys.relabel_configs,
  };
}
