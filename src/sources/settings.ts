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
    name: nameText().prefault(defaults.name).describe('the label `source`'),
    url: baseUrl().describe("the server's address"),
    ca_file: existingFileOrNone(files).prefault('').describe('the certificate of a private authority to trust'),
    insecure_skip_verify: z
      .boolean()
      .prefault(false)
      .describe("true: the server's certificate is not checked, so anybody may pose as the server"),
    poll_interval: waitMs().prefault(defaults.pollInterval).describe('from one poll to the next'),
    poll_timeout: waitMs().prefault('60s').describe('for a whole poll; what is not there by then is a failed poll'),
    request_timeout: waitMs().prefault(defaults.requestTimeout).describe('for one request, its body included'),
    max_body: byteSize().prefault(defaults.maxBody).describe('a longer answer is refused'),
    concurrency: count(1).prefault(4).describe('requests to this server at a time'),
    forget_after: durationMs()
      .prefault('1h')
      .describe('how long a target that is no longer listed keeps its series and its open incidents'),
    relabel_configs: relabelRules().prefault([]).describe('see [relabelling](#relabelling)'),
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
