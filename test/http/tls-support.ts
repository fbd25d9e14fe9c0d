import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type ClientAuthType,
  NO_WEB_CONFIGURATION,
  type TlsConfiguration,
  type WebConfiguration,
} from '../../src/http/web-configuration.ts';

/** A file of test/fixtures/tls. */
export function pem(name: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/tls', `${name}.pem`), 'utf8');
}

export const SERVER = { cert: pem('server'), key: pem('server-key') };
export const CLIENT = { cert: pem('client'), key: pem('client-key') };
export const STRANGER = { cert: pem('stranger'), key: pem('stranger-key') };

export function tlsWith(
  clientAuth: ClientAuthType = 'NoClientCert',
  more: Partial<TlsConfiguration> = {},
): TlsConfiguration {
  return { context: { ...SERVER, ca: pem('client-ca') }, clientAuth, allowedSans: null, ...more };
}

/** A web configuration file that a test may change. */
export class FakeWebFile {
  configuration: WebConfiguration;

  constructor(configuration: Partial<WebConfiguration>) {
    this.configuration = { ...NO_WEB_CONFIGURATION, ...configuration };
  }

  current(): WebConfiguration {
    return this.configuration;
  }
}

export interface TlsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks over a connection of its own, unless an agent is given. */
export function ask(url: string, options: RequestOptions = {}): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: pem('ca'), agent: false, ...options }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    asked.once('error', reject);
    asked.end();
  });
}
