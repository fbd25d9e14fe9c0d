{{/* The name of the chart's objects without the release. */}}
{{- define "dora-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "dora-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := include "dora-exporter.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "dora-exporter.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "dora-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dora-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "dora-exporter.labels" -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (.Chart.AppVersion | toString)
  "app.kubernetes.io/managed-by" .Release.Service }}
{{- toYaml (merge (include "dora-exporter.selectorLabels" . | fromYaml) $own .Values.commonLabels) }}
{{- end }}

{{- define "dora-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "dora-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "dora-exporter.image" -}}
{{- $image := .Values.image }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end }}
{{- end }}

{{/* "true" when the ledger is shared by several replicas. */}}
{{- define "dora-exporter.shared" -}}
{{- if regexMatch "^postgres(ql)?://" (default "" .Values.config.ledger) }}true{{ end }}
{{- end }}

{{/* The configuration file. */}}
{{- define "dora-exporter.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if .Values.webConfig.secretName }}
{{- $web := default dict $config.web }}
{{- $_ := set $config "web" (set $web "config_file" (printf "./web/%s" .Values.webConfig.key)) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* A probe: dict "root" $ "probe" (its settings) "path" (what it asks without a handler of its own). */}}
{{- define "dora-exporter.probe" -}}
{{- $handler := dict }}
{{- if not (or .probe.httpGet .probe.tcpSocket .probe.exec .probe.grpc) }}
{{- $handler = dict "httpGet" (dict "path" .path "port" "http" "scheme" (include "dora-exporter.scheme" .root | upper)) }}
{{- end }}
{{- toYaml (merge $handler .probe) }}
{{- end }}

{{- define "dora-exporter.scheme" -}}
{{- if and .Values.webConfig.secretName .Values.webConfig.tls }}https{{ else }}http{{ end }}
{{- end }}

{{/* The names of the series of targets and teams, and of what alerts take the rise of, without a group that captures. */}}
{{- define "dora-exporter.targetFamilies" -}}
dora_(?:deployments_total|deployment_.+|lead_time_seconds_.+|change_failures_total|rework_deployments_total|incident_open|incident_open_since_.+|recovery_time_seconds_.+|error_events_total|errors_in_window|collector_gaps_total|notifications_total|target_.+|window_.+|team_window_.+)
{{- end }}

{{/* How pods are replaced: the one that holds the ledger before the next, replicas one after the other. */}}
{{- define "dora-exporter.strategy" -}}
{{- if .Values.strategy }}
{{- toYaml .Values.strategy }}
{{- else if gt (int .Values.replicaCount) 1 }}
{{- toYaml (dict "type" "RollingUpdate" "rollingUpdate" (dict "maxUnavailable" 1 "maxSurge" 1)) }}
{{- else }}
{{- toYaml (dict "type" "Recreate") }}
{{- end }}
{{- end }}

{{/* What a monitor's endpoint says: dict "root" $ "monitor" (its values). */}}
{{- define "dora-exporter.endpoint" -}}
{{- $monitor := .monitor -}}
port: http
path: /metrics
scheme: {{ include "dora-exporter.scheme" .root }}
honorLabels: false
{{- with $monitor.interval }}
interval: {{ . }}
{{- end }}
{{- with $monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with $monitor.tlsConfig }}
tlsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $monitor.basicAuth }}
basicAuth: {{- toYaml . | nindent 2 }}
{{- end }}
{{- $relabelings := list }}
{{- $metricRelabelings := list }}
{{- $instance := dict "action" "replace" "targetLabel" "instance" "replacement" (include "dora-exporter.fullname" .root) }}
{{- if le (int .root.Values.replicaCount) 1 }}
{{- $relabelings = list $instance (dict "action" "labeldrop" "regex" "pod|container|node") }}
{{- else }}
{{- /* The leader alone shows them, so that who it is makes no other series of them. */}}
{{- $ofTargets := dict "sourceLabels" (list "__name__") "regex" (include "dora-exporter.targetFamilies" .root) }}
{{- $metricRelabelings = list (merge $instance $ofTargets) }}
{{- range list "pod" "container" "node" }}
{{- /* Without a replacement it is $1, which is empty, as the expression has no group: the label goes. */}}
{{- $metricRelabelings = append $metricRelabelings (merge (dict "action" "replace" "targetLabel" .) $ofTargets) }}
{{- end }}
{{- end }}
{{- with concat $relabelings $monitor.relabelings }}
relabelings: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $metricRelabelings $monitor.metricRelabelings }}
metricRelabelings: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The rule groups of rules/*.yml with the thresholds of values, without the disabled alerts, and the operator's own, as YAML. */}}
{{- define "dora-exporter.ruleGroups" -}}
{{- $groups := list }}
{{- $unused := deepCopy .Values.prometheusRule.values }}
{{- $disabled := .Values.prometheusRule.disabled }}
{{- range $path, $_ := .Files.Glob "rules/*.yml" }}
{{- $text := $.Files.Get $path }}
{{- range $key, $value := $.Values.prometheusRule.values }}
{{- $mark := printf `(?m)[0-9][0-9a-z.]*(["\])}]*[ \t]*# value: %s[ \t]*)$` (regexQuoteMeta $key) }}
{{- if regexMatch $mark $text }}{{ $_ := unset $unused $key }}{{ end }}
{{- $text = regexReplaceAll $mark $text (printf "%s${1}" ($value | toJson | trimAll `"`)) }}
{{- end }}
{{- $text = regexReplaceAll `(?m)^([ \t]*runbook_url: )(docs/)` $text (printf "${1}%s${2}" (include "dora-exporter.runbookBase" $)) }}
{{- $file := fromYaml $text }}
{{- with $file.Error }}{{ fail (printf "%s is not valid: %s" $path .) }}{{ end }}
{{- range $group := $file.groups }}
{{- $kept := list }}
{{- range $rule := $group.rules }}
{{- if has $rule.alert $.Values.prometheusRule.disabled }}
{{- $disabled = without $disabled $rule.alert }}
{{- else }}
{{- $kept = append $kept $rule }}
{{- end }}
{{- end }}
{{- with $kept }}{{ $groups = append $groups (merge (dict "rules" .) $group) }}{{ end }}
{{- end }}
{{- end }}
{{- range $key, $_ := $unused }}
{{- fail (printf "prometheusRule.values.%s: no rule has a number marked `# value: %s`" $key $key) }}
{{- end }}
{{- with $disabled }}
{{- fail (printf "prometheusRule.disabled: no alert is named %s" (join ", " .)) }}
{{- end }}
{{- with concat $groups .Values.prometheusRule.additionalGroups }}{{ toYaml . }}{{ end }}
{{- end }}

{{/* What goes before docs/runbooks/, with the slash at its end; empty where none is told. */}}
{{- define "dora-exporter.runbookBase" -}}
{{- with trimSuffix "/" .Values.prometheusRule.runbookBaseUrl }}{{ . }}/{{ end }}
{{- end }}

{{/* A duration such as 90d in seconds; empty for what is none. */}}
{{- define "dora-exporter.seconds" -}}
{{- if regexMatch "^[0-9]+[smhd]$" . }}
{{- mul (regexFind "^[0-9]+" . | int64) (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (regexFind "[smhd]$" .)) }}
{{- end }}
{{- end }}

{{/* Refuses windows of rules that the program does not have, which would be silent for ever. */}}
{{- define "dora-exporter.validateWindows" -}}
{{- $values := .Values.prometheusRule.values }}
{{- range $key := list "recentWindow" "longWindow" }}
{{- $window := get $values $key }}
{{- if and $window $.Values.config.windows (not (has $window $.Values.config.windows)) }}
{{- fail (printf "prometheusRule.values.%s: %s is not one of config.windows, so no rule would ever see it; give one of %s" $key $window (join ", " $.Values.config.windows)) }}
{{- end }}
{{- end }}
{{- $seconds := include "dora-exporter.seconds" (default "" $values.longWindow) }}
{{- if and $seconds (ne $seconds ($values.longWindowSeconds | int64 | toString)) }}
{{- fail (printf "prometheusRule.values.longWindowSeconds: longWindow is %s, which has %s seconds" $values.longWindow $seconds) }}
{{- end }}
{{- end }}

{{/* Refuses values that contradict each other. */}}
{{- define "dora-exporter.validate" -}}
{{- if .Values.prometheusRule.enabled }}{{ include "dora-exporter.validateWindows" . }}{{ end }}
{{- if regexMatch "^sqlite:[^/]" (default "" .Values.config.ledger) }}
{{- fail (printf "config.ledger: %s lies in the folder of the configuration, which is read-only; give sqlite:/data/dora.db" .Values.config.ledger) }}
{{- end }}
{{- if not (include "dora-exporter.shared" .) }}
{{- if gt (int .Values.replicaCount) 1 }}
{{- fail (printf "replicaCount: %d replicas need a ledger that they share, and SQLite is one process' own: give 1, or set config.ledger to postgres://USER@HOST/DATABASE" (int .Values.replicaCount)) }}
{{- end }}
{{- if and .Values.strategy (ne (default "" .Values.strategy.type) "Recreate") }}
{{- fail "strategy.type: must be Recreate with a ledger in SQLite, which the old pod holds until it has ended; give Recreate, or set config.ledger to postgres://USER@HOST/DATABASE" }}
{{- end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
{{- fail "serviceMonitor.enabled and podMonitor.enabled: each would scrape the pod, and every deployment would count twice; enable one" }}
{{- end }}
{{- $web := default dict .Values.config.web }}
{{- if $web.listen_address }}
{{- fail "config.web.listen_address: the chart sets it; give service.port instead" }}
{{- end }}
{{- if $web.config_file }}
{{- fail "config.web.config_file: the chart sets it; give webConfig.secretName and webConfig.key instead" }}
{{- end }}
{{- if and .Values.webConfig.tls (not .Values.webConfig.secretName) }}
{{- fail "webConfig.tls: the server has no certificate; give webConfig.secretName" }}
{{- end }}
{{- end }}
