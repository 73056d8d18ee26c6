"""The part of grafana-operator's CRD that dashboards use: fields, the default, and what cannot be changed."""

from typing import Any, Final

_SELECTOR: Final[dict[str, Any]] = {
    "type": "object",
    "x-kubernetes-map-type": "atomic",
    "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "Value is immutable"}],
    "properties": {"matchLabels": {"type": "object", "additionalProperties": {"type": "string"}}},
}
_SPEC: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["instanceSelector"],
    "properties": {
        "allowCrossNamespaceImport": {"type": "boolean"},
        "folder": {"type": "string"},
        "instanceSelector": _SELECTOR,
        "json": {"type": "string"},
        "resyncPeriod": {"type": "string", "default": "10m0s"},
        "suspend": {"type": "boolean"},
    },
}
GRAFANA_DASHBOARD_CRD: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "grafanadashboards.grafana.integreatly.org"},
    "spec": {
        "group": "grafana.integreatly.org",
        "scope": "Namespaced",
        "names": {"kind": "GrafanaDashboard", "plural": "grafanadashboards", "singular": "grafanadashboard"},
        "versions": [
            {
                "name": "v1beta1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": _SPEC}}},
            }
        ],
    },
}
