import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { CHART } from '../../../scripts/chart/generated.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { checkTool } from '../support/check-tool.ts';
import { runTool } from '../support/tool.ts';
import { type KubernetesObject, only, render, template } from './render.ts';

const POSTGRES = { config: { ledger: 'postgres://dora@db/dora' } };
const TLS = { webConfig: { secretName: 'web', tls: true } };

async function deployment(values: unknown): Promise<KubernetesObject> {
  return only(await render(values), 'Deployment').spec;
}

async function container(values: unknown): Promise<KubernetesObject> {
  return (await deployment(values)).template.spec.containers[0];
}

async function config(values: unknown): Promise<KubernetesObject> {
  return parse(only(await render(values), 'ConfigMap').data['config.yml']);
}

describe('replicas', () => {
  it('is one pod that ends before the next begins, on a claim that outlives the release', async () => {
    const objects = await render({});
    expect(only(objects, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const claim = only(objects, 'PersistentVolumeClaim');
    expect(claim.metadata.annotations['helm.sh/resource-policy']).toBe('keep');
    expect(only(objects, 'Deployment').spec.template.spec.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: claim.metadata.name },
    });
  });

  it.each([
    [{ replicaCount: 2 }, 'replicaCount: 2 replicas need a ledger that they share'],
    [{ strategy: { type: 'RollingUpdate' } }, 'strategy.type: must be Recreate with a ledger in SQLite'],
    [
      { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } },
      'serviceMonitor.enabled and podMonitor.enabled',
    ],
    [{ config: { web: { listen_address: ':1' } } }, 'give service.port instead'],
    [{ config: { web: { config_file: 'x' } } }, 'give webConfig.secretName and webConfig.key instead'],
    [{ webConfig: { tls: true } }, 'the server has no certificate'],
    [{ replicas: 2 }, "additional properties 'replicas' not allowed"],
    [{ config: { sorces: [] } }, "additional properties 'sorces' not allowed"],
    [{ config: { series_limit: '5' } }, "at '/config/series_limit': got string, want integer"],
    [{ service: { port: 0 } }, "at '/service/port'"],
    [{ config: null }, "at '': missing property 'config'"],
    [{ image: null }, "at '': missing property 'image'"],
    [
      { prometheusRule: { enabled: true, values: { unknown: 1 } } },
      "at '/prometheusRule/values': additional properties 'unknown' not allowed",
    ],
    [{ config: { ledger: 'sqlite:./data/dora.db' } }, 'which is read-only; give sqlite:/data/dora.db'],
    [
      { prometheusRule: { enabled: true, values: { longWindow: '30d' } } },
      'prometheusRule.values.longWindowSeconds: longWindow is 30d, which has 2592000 seconds',
    ],
    [
      { prometheusRule: { enabled: true }, config: { windows: ['30d', '60d'] } },
      'prometheusRule.values.longWindow: 90d is not one of config.windows, so no rule would ever see it; give one of 30d, 60d',
    ],
  ])('refuses %j', async (values, why) => {
    const { code, stderr } = await template(values);
    expect(code).not.toBe(0);
    expect(stderr).toContain(why);
  });

  it('several share a ledger in PostgreSQL, without a claim: they roll, spread over nodes, and keep one up', async () => {
    const objects = await render({ ...POSTGRES, replicaCount: 3 });
    const { replicas, strategy, selector, template } = only(objects, 'Deployment').spec;
    expect({ replicas, strategy }).toEqual({
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
    });
    expect(template.spec.topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: selector,
      },
    ]);
    expect(only(objects, 'PodDisruptionBudget').spec).toEqual({ maxUnavailable: 1, selector });
    expect(objects.map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim');
  });

  it('what several have of themselves can be chosen, and one has nothing of it', async () => {
    const own = { podDisruptionBudget: { enabled: false }, topologySpreadConstraints: [] };
    const several = await render({ ...POSTGRES, replicaCount: 2, strategy: { type: 'Recreate' }, ...own });
    for (const objects of [several, await render(POSTGRES)]) {
      expect(objects.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
      expect(only(objects, 'Deployment').spec.template.spec.topologySpreadConstraints).toBeUndefined();
    }
    expect(only(several, 'Deployment').spec.strategy).toEqual({ type: 'Recreate' });
    expect(only(await render(POSTGRES), 'Deployment').spec.strategy).toEqual({ type: 'Recreate' });
  });

  it.each([
    ['serviceMonitor', 'ServiceMonitor', 'endpoints'],
    ['podMonitor', 'PodMonitor', 'podMetricsEndpoints'],
  ])(
    '%s: the series of targets, and what alerts on rises are about, have one identity, whichever replica leads',
    async (key, kind, endpoints) => {
      const more = { action: 'drop', sourceLabels: ['__name__'], regex: 'nodejs_.*' };
      const monitor = { [key]: { enabled: true, metricRelabelings: [more] } };
      const { relabelings, metricRelabelings } = only(await render({ ...POSTGRES, replicaCount: 2, ...monitor }), kind)
        .spec[endpoints][0];
      expect(relabelings).toBeUndefined();
      const [instance, ...others] = metricRelabelings.slice(0, -1);
      expect(metricRelabelings.at(-1)).toEqual(more);
      const ofTargets = { action: 'replace', sourceLabels: ['__name__'], regex: instance.regex };
      expect(instance).toEqual({ ...ofTargets, targetLabel: 'instance', replacement: 'dora-exporter' });
      expect(others).toEqual(['pod', 'container', 'node'].map((targetLabel) => ({ ...ofTargets, targetLabel })));

      const matches = new RegExp(`^(?:${instance.regex})$`);
      // Alerts ask how much these rose, which the ledger counts over all leads.
      const risen = ['dora_collector_gaps_total', 'dora_notifications_total'];
      for (const { name, type, labels, scope } of CATALOGUE) {
        const series = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
        const shared = scope !== 'program' || labels.some((label) => label === 'app') || risen.includes(name);
        for (const one of series) expect({ one, shared: matches.test(one) }).toEqual({ one, shared });
      }
    },
  );
});

describe('the pod', () => {
  it('runs as nobody in particular, can write to its data only, and needs nothing of Kubernetes', async () => {
    const { template } = await deployment({});
    expect(template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    const [{ securityContext, volumeMounts }] = template.spec.containers;
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    const writable = volumeMounts.filter((mount: KubernetesObject) => mount.readOnly !== true);
    expect(writable).toEqual([{ name: 'data', mountPath: '/data' }]);
  });

  it('rolls when the configuration changes, and only then', async () => {
    const sum = async (values: unknown) => (await deployment(values)).template.metadata.annotations['checksum/config'];
    expect(await sum({ podLabels: { a: 'b' } })).toBe(await sum({}));
    expect(await sum({ config: { min_samples: 6 } })).not.toBe(await sum({}));
    expect(await sum({ webConfig: { secretName: 'a' } })).not.toBe(await sum({}));
  });

  it('selects by labels that no release changes', async () => {
    const { selector } = await deployment({ commonLabels: { team: 'a' }, podLabels: { tier: 'b' } });
    expect(Object.keys(selector.matchLabels)).toEqual(['app.kubernetes.io/name', 'app.kubernetes.io/instance']);
  });

  it('has Secrets as files beside the configuration, which only its group can read', async () => {
    const values = { secrets: [{ name: 'a' }, { name: 'b', items: [{ key: 'token', path: 'b-token' }] }], ...TLS };
    const { volumes, containers } = (await deployment(values)).template.spec;
    expect(volumes).toContainEqual({
      name: 'secrets',
      projected: {
        defaultMode: 0o440,
        sources: [{ secret: { name: 'a' } }, { secret: { name: 'b', items: [{ key: 'token', path: 'b-token' }] } }],
      },
    });
    expect(volumes).toContainEqual({ name: 'web', secret: { secretName: 'web', defaultMode: 0o440 } });
    expect(containers[0].volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/etc/dora-exporter/secrets',
      readOnly: true,
    });
    expect((await config(values)).web).toEqual({ config_file: './web/web-config.yml' });
  });

  it('a digest stands over the tag, and the tag over the version', async () => {
    expect((await container({ image: { registry: 'r', digest: 'sha256:0', tag: 't' } })).image).toBe(
      'r/dora-exporter@sha256:0',
    );
    expect((await container({ image: { tag: 't' } })).image).toBe('dora-exporter:t');
    expect((await container({})).image).toMatch(/^dora-exporter:\d+\.\d+\.\d+$/);
  });

  it("gives Node.js three quarters of a limit, and leaves one's own environment alone", async () => {
    expect((await container({})).env).toBeUndefined();
    const env = (await container({ resources: { limits: { memory: '256Mi' } }, extraEnv: [{ name: 'A', value: 'b' }] }))
      .env;
    expect(env).toEqual([
      { name: 'NODE_OPTIONS', value: '--max-old-space-size-percentage=75' },
      { name: 'A', value: 'b' },
    ]);
  });
});

describe('probes', () => {
  const handler = async (values: unknown) => {
    const { startupProbe, livenessProbe, readinessProbe } = await container(values);
    return [startupProbe, livenessProbe, readinessProbe].map(
      (probe) => probe?.httpGet ?? probe?.tcpSocket ?? probe?.exec,
    );
  };
  const paths = ['/-/healthy', '/-/healthy', '/-/ready'];

  it.each([
    ['plain', {}, 'HTTP'],
    ['with basic auth', { webConfig: { secretName: 'web' } }, 'HTTP'],
    ['with TLS', TLS, 'HTTPS'],
  ])('%s: ask the health paths', async (_, values, scheme) => {
    expect(await handler(values)).toEqual(paths.map((path) => ({ path, port: 'http', scheme })));
  });

  it("one's own handler is taken as it is, and null is none", async () => {
    const own = { exec: { command: ['true'] } };
    const [startup, liveness, readiness] = await handler({ livenessProbe: own, readinessProbe: null });
    expect([startup.path, liveness, readiness]).toEqual(['/-/healthy', own.exec, undefined]);
  });
});

describe('the configuration', () => {
  it('comes through as it was written: large numbers, times, expressions, words that YAML 1.1 takes for others', async () => {
    const notify = {
      matrix: { homeserver: 'https://m', token_file: 't', rooms: { critical: '#a:b', warning: '!c:d' } },
    };
    const matrix = { ...notify.matrix, heartbeat: { at: '09:00', time_zone: 'UTC', room: 'critical' } };
    const source = {
      type: 'woodpecker',
      url: 'https://x',
      token_file: 't',
      name: 'no',
      environment: 'on',
      branches: ['1e3', '/^a: b$/'],
    };
    const values = { series_limit: 123456789, sources: [source], notify: { matrix } };
    expect(await config({ config: values })).toEqual({ ledger: 'sqlite:/data/dora.db', ...values });
  });
});

describe('monitors', () => {
  const OWN = [
    { action: 'replace', targetLabel: 'instance', replacement: 'dora-exporter' },
    { action: 'labeldrop', regex: 'pod|container|node' },
  ];

  it.each([
    ['ServiceMonitor', 'serviceMonitor', 'endpoints'],
    ['PodMonitor', 'podMonitor', 'podMetricsEndpoints'],
  ])('%s: a roll-out begins no new series', async (kind, key, endpoints) => {
    const more = { action: 'replace', targetLabel: 'cluster', replacement: 'a' };
    const objects = await render({ [key]: { enabled: true, relabelings: [more] }, ...TLS });
    const { metadata, spec } = only(objects, kind);
    expect(metadata.namespace).toBe('dora');
    expect(spec[endpoints]).toEqual([
      { port: 'http', path: '/metrics', scheme: 'https', honorLabels: false, relabelings: [...OWN, more] },
    ]);
    const [service, pod] = [only(objects, 'Service'), only(objects, 'Deployment').spec.template];
    const labels = kind === 'ServiceMonitor' ? service.metadata.labels : pod.metadata.labels;
    expect(labels).toMatchObject(spec.selector.matchLabels);
    expect(spec.namespaceSelector.matchNames).toEqual(['dora']);
  });

  it('the Service leads to the port that the program listens on', async () => {
    const objects = await render({ service: { port: 9672 } });
    expect(only(objects, 'Service').spec.ports).toEqual([
      { name: 'http', port: 9672, targetPort: 'http', protocol: 'TCP' },
    ]);
    const { args, ports } = only(objects, 'Deployment').spec.template.spec.containers[0];
    expect(args).toContain('--web.listen-address=:9672');
    expect(ports).toEqual([{ name: 'http', containerPort: 9672, protocol: 'TCP' }]);
  });
});

describe('files of the chart', () => {
  const RULES = `groups:
  - name: test
    rules:
      - alert: Late
        expr: |
          time() - dora_collector_last_success_timestamp_seconds
            > 900 # value: lateSeconds
        for: 15m # value: lateFor
        annotations: {summary: "{{ $labels.source }} is late"}
      - alert: Down
        expr: dora_collector_up == 0
        for: 15m # value: downFor
`;

  async function withFiles<T>(use: (chart: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-chart-'));
    try {
      cpSync(CHART, folder, { recursive: true });
      rmSync(join(folder, 'rules'), { recursive: true, force: true });
      rmSync(join(folder, 'dashboards'), { recursive: true, force: true });
      for (const name of ['rules', 'dashboards']) mkdirSync(join(folder, name));
      writeFileSync(join(folder, 'rules/test.yml'), RULES);
      // Thresholds are those of these rules.
      rmSync(join(folder, 'values.schema.json'));
      const values = parse(readFileSync(join(folder, 'values.yaml'), 'utf8'));
      values.prometheusRule.values = {};
      writeFileSync(join(folder, 'values.yaml'), stringify(values));
      writeFileSync(join(folder, 'dashboards/dora-app.json'), '{"title": "{{app}}"}\n');
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('rules come as they lie, with the thresholds of values', async () => {
    await withFiles(async (chart) => {
      const groups = async (values: unknown) =>
        only(await render({ prometheusRule: { enabled: true, ...Object(values) } }, { chart }), 'PrometheusRule').spec
          .groups;
      expect(await groups({})).toEqual(parse(RULES).groups);
      const own = { name: 'own', rules: [{ record: 'a:b', expr: '{{ 1 }}' }] };
      const [first, second] = await groups({
        values: { lateSeconds: 1800000, lateFor: '1h' },
        additionalGroups: [own],
      });
      expect(first.rules[0]).toMatchObject({ for: '1h', annotations: { summary: '{{ $labels.source }} is late' } });
      expect(first.rules[0].expr).toContain('> 1800000 # value: lateSeconds');
      expect(first.rules[1].for).toBe('15m');
      expect(second).toEqual(own);
    });
  });

  it('a threshold that no rule has is refused', async () => {
    await withFiles(async (chart) => {
      const { code, stderr } = await template({ prometheusRule: { enabled: true, values: { late: 1 } } }, { chart });
      expect(code).not.toBe(0);
      expect(stderr).toContain('prometheusRule.values.late: no rule has a number marked `# value: late`');
    });
  });

  it('the rules of the chart come whole by default, and say where their runbooks are', async () => {
    const shipped = readdirSync(join(CHART, 'rules')).flatMap(
      (name) => parse(readFileSync(join(CHART, 'rules', name), 'utf8')).groups,
    );
    const groups = async (values: object) =>
      only(await render({ prometheusRule: { enabled: true, ...values } }), 'PrometheusRule').spec.groups;
    expect(await groups({})).toEqual(shipped);
    for (const runbookBaseUrl of ['https://git.example.org/dora/', 'https://git.example.org/dora']) {
      const [first] = await groups({ runbookBaseUrl });
      expect(first.rules[0].annotations.runbook_url).toBe(
        'https://git.example.org/dora/docs/runbooks/DoraExporterAbsent.md',
      );
    }
  });

  it('ranges, windows and fractions are thresholds, too, and an alert can be left out', async () => {
    const values = { gapsRange: '12h', recentWindow: '7d', recoveryFactor: 2.5, longWindowSeconds: 7776000 };
    const rule = { enabled: true, values, disabled: ['DoraNoDeployment'] };
    const rules = only(await render({ prometheusRule: rule }), 'PrometheusRule').spec.groups.flatMap(
      (group: KubernetesObject) => group.rules,
    );
    const expressions = rules.map(({ expr }: KubernetesObject) => expr).join('\n');
    expect(expressions).toContain('increase(dora_collector_gaps_total[12h])');
    expect(expressions).toContain('window="7d"');
    expect(expressions).not.toContain('window="30d"');
    expect(expressions).toContain('> 2.5 # value: recoveryFactor');
    expect(expressions).toContain('7776000 # value: longWindowSeconds');
    const alerts = rules.map(({ alert }: KubernetesObject) => alert);
    expect(alerts).toContain('DoraCollectorDown');
    expect(alerts).not.toContain('DoraNoDeployment');
  });

  it('an alert that is not there cannot be left out', async () => {
    const { code, stderr } = await template({ prometheusRule: { enabled: true, disabled: ['Dora'] } });
    expect(code).not.toBe(0);
    expect(stderr).toContain('prometheusRule.disabled: no alert is named Dora');
  });

  it('dashboards keep names of their own, however long that of the program is', async () => {
    for (const length of [40, 53, 57, 63]) {
      const fullnameOverride = 'a'.repeat(length);
      const objects = await render({ fullnameOverride, dashboards: { enabled: true } });
      const names = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
      expect(names).toHaveLength(4);
      expect(new Set(names).size).toBe(4);
      for (const name of names) expect(name.length).toBeLessThanOrEqual(63);
    }
  });

  it('dashboards are a ConfigMap each, untouched', async () => {
    await withFiles(async (chart) => {
      const objects = await render({ dashboards: { enabled: true, annotations: { folder: 'DORA' } } }, { chart });
      const map = objects.find(({ metadata }) => metadata.name === 'dora-exporter-dora-app');
      expect(map.data).toEqual({ 'dora-app.json': '{"title": "{{app}}"}\n' });
      expect(map.metadata).toMatchObject({ labels: { grafana_dashboard: '1' }, annotations: { folder: 'DORA' } });
    });
  });
});

describe('NOTES', () => {
  // `helm template` leaves them out.
  const notes = async (values: unknown) => {
    const words = ['install', 'dora-exporter', CHART, '--namespace', 'dora', '--dry-run=client', '--values', '-'];
    return (await runTool(checkTool('helm', 'helm'), words, JSON.stringify(values))).stdout.split('NOTES:')[1];
  };

  it('say how to reach it, in lines that work', async () => {
    expect(await notes({})).toContain(
      'kubectl --namespace dora port-forward svc/dora-exporter 3672\n  curl http://localhost:3672/metrics',
    );
    expect(await notes(TLS)).toContain('curl --insecure https://localhost:3672/metrics');
  });

  it('warn when nothing is polled, or nothing kept', async () => {
    expect(await notes({})).toContain('WARNING: config.sources is empty');
    expect(await notes({ persistence: { enabled: false } })).toContain('WARNING: persistence.enabled is false');
  });
});
