import { expect, it } from 'vitest';
import { acceptsGzip, negotiateFormat } from '../../src/metrics/negotiate.ts';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3_TEXT = 'text/plain;version=0.0.4;q=0.6,*/*;q=0.5';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';

it.each([
  ['openmetrics', PROMETHEUS_2],
  ['openmetrics', PROMETHEUS_3],
  ['text', PROMETHEUS_3_TEXT],
  ['text', BROWSER],
  ['text', null],
  ['text', ''],
  ['text', '*/*'],
  ['text', 'text/plain'],
  ['text', 'application/json'],
  ['openmetrics', 'application/openmetrics-text'],
  ['openmetrics', 'Application/OpenMetrics-Text; Version="1.0.0"'],
  ['openmetrics', 'application/openmetrics-text; version=0.0.1'],
  ['text', 'application/openmetrics-text; version=2.0.0'],
  ['text', 'application/openmetrics-text; version=1.0.0; q=0'],
  ['text', 'application/openmetrics-text; version=1.0.0; q=0.5, text/plain; version=0.0.4'],
  ['openmetrics', 'text/plain; version=0.0.4; q=0.2, application/openmetrics-text; version=1.0.0; q=0.3'],
  ['openmetrics', 'text/plain; version=1.0.0, application/openmetrics-text; version=1.0.0; q=0.5'],
  [
    'text',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited, text/plain;q=0.4',
  ],
  ['text', 'application/openmetrics-text;q=often, text/plain;q=0.1'],
] as const)('answers in %s to Accept: %s', (format, accept) => {
  expect(negotiateFormat(accept)).toBe(format);
});

it.each([
  [true, 'gzip'],
  [true, 'gzip, deflate, br, zstd'],
  [true, 'GZIP;q=0.5'],
  [true, '*'],
  [true, 'identity;q=0.5, *;q=0.1'],
  [false, null],
  [false, ''],
  [false, 'identity'],
  [false, 'br'],
  [false, 'gzip;q=0'],
  [false, 'gzip;q=0, *'],
  [false, '*;q=0'],
] as const)('compresses: %s, to Accept-Encoding: %s', (gzip, acceptEncoding) => {
  expect(acceptsGzip(acceptEncoding)).toBe(gzip);
});
