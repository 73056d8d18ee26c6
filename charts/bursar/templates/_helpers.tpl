{{- define "bursar.name" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "bursar.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "bursar.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name: name the account to use, or set serviceAccount.create" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "bursar.selectorLabels" -}}
app.kubernetes.io/name: bursar
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "bursar.labels" -}}
{{ include "bursar.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* One setting as an environment variable takes it: maps become key=value,key=value. */}}
{{- define "bursar.setting" -}}
{{- if kindIs "map" . -}}
{{- $pairs := list -}}
{{- range $key, $value := . -}}{{- $pairs = append $pairs (printf "%s=%s" $key $value) -}}{{- end -}}
{{- join "," $pairs -}}
{{- else -}}
{{- . | toString -}}
{{- end -}}
{{- end -}}

{{/* What the operator does inside a namespace, and nothing else. */}}
{{- define "bursar.namespaceRules" -}}
- apiGroups: [bursar.dev]
  resources: [monitoringtargets, slas, alertrules, notificationchannels]
  verbs: [get, list, watch]
- apiGroups: [bursar.dev]
  resources: [monitoringtargets/status, slas/status, alertrules/status, notificationchannels/status]
  verbs: [patch]
# Server-side apply needs patch and create; an ownerReference on an object that exists already needs delete on it.
- apiGroups: [monitoring.coreos.com]
  resources: [servicemonitors, podmonitors, probes, scrapeconfigs, prometheusrules, alertmanagerconfigs]
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end -}}

{{/* To say when a channel's Secret is missing: one at a time by its name, never a list of them. */}}
{{- define "bursar.secretRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end -}}

{{/* Needs the whole cluster: why no server selects an object, and which kinds are installed. */}}
{{- define "bursar.clusterRules" -}}
- apiGroups: [monitoring.coreos.com]
  resources: [prometheuses, thanosrulers, alertmanagers]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get, list, watch]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [list, watch]
{{- end -}}
