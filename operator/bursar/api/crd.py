"""The CRDs, their copies in the chart, and the references of fields and settings, all generated from the models.

`python -m bursar.api.crd --write` in the root of the repository writes the files, `--check` compares them.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bursar.api.kinds import DEFINITIONS, Column, KindDefinition
from bursar.api.reference import reference
from bursar.api.schema import Schema, structural, with_scalar_defaults
from bursar.api.settings_reference import settings_reference
from bursar.api.status import UNSEEN_GENERATION
from bursar.conventions import CATEGORY, GROUP, VERSION

HEADER: Final = "# Generated from the models in operator/bursar/api by `make crds`; do not edit.\n"
CHART_HEAD: Final = "{{- if .Values.crds.enabled }}\n"
CHART_KEEP: Final = "  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n"
CHART_TAIL: Final = "{{- end }}\n"


def crd(definition: KindDefinition) -> Mapping[str, Any]:
    """Build the CustomResourceDefinition of one kind."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{definition.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": _names(definition),
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [_printer_column(column) for column in definition.columns],
                    "schema": {"openAPIV3Schema": _schema(definition)},
                }
            ],
        },
    }


def _names(definition: KindDefinition) -> Mapping[str, Any]:
    return {
        "kind": definition.kind.value,
        "listKind": f"{definition.kind}List",
        "plural": definition.plural,
        "singular": definition.singular,
        # A short name that is the singular already would be listed twice.
        "shortNames": [definition.short_name] if definition.short_name != definition.singular else [],
        "categories": [CATEGORY],
    }


def _printer_column(column: Column) -> Mapping[str, Any]:
    printed = {
        "name": column.title,
        "type": column.type,
        "jsonPath": column.path,
        "description": column.description,
    }
    return {**printed, "priority": 1} if column.wide else printed


def _schema(definition: KindDefinition) -> Schema:
    """Put spec and status into the envelope; a fresh object counts as unseen, not as ready (kstatus)."""
    status = {**structural(definition.status), "default": {"observedGeneration": UNSEEN_GENERATION}}
    return {
        "description": definition.resource.__doc__,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string", "description": f"Always {GROUP}/{VERSION}."},
            "kind": {"type": "string", "description": f"Always {definition.kind}."},
            "metadata": {"type": "object"},
            "spec": with_scalar_defaults(structural(definition.spec), definition.spec),
            "status": status,
        },
    }


def crd_yaml(definition: KindDefinition) -> str:
    """Print a CRD as it stands in `crds/`."""
    return HEADER + yaml.dump(crd(definition), Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def chart_template(definition: KindDefinition) -> str:
    """Print a CRD as a Helm template: switched by a value, kept on uninstall by another."""
    text = crd_yaml(definition).replace("{{", '{{ "{{" }}')
    name = f"  name: {definition.plural}.{GROUP}\n"
    return CHART_HEAD + text.replace(name, name + CHART_KEEP, 1) + CHART_TAIL


class _Dumper(yaml.SafeDumper):
    """Repeats what is equal instead of pointing to it: CRDs are read by people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def generated_files() -> Mapping[Path, str]:
    """Give every generated file by its path in the repository."""
    files = {
        Path("docs/reference.md"): reference([(each, _schema(each)) for each in DEFINITIONS]),
        Path("docs/settings.md"): settings_reference(),
    }
    for definition in DEFINITIONS:
        name = f"{definition.plural}.yaml"
        files[Path("crds") / name] = crd_yaml(definition)
        files[Path("charts/bursar/templates/crds") / name] = chart_template(definition)
    return files


def stale_files(root: Path) -> list[Path]:
    """List the files that are missing or differ from what the models say."""
    files = generated_files()
    return [path for path, text in files.items() if not (root / path).is_file() or (root / path).read_text() != text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status, 1 when `--check` found a difference."""
    parser = argparse.ArgumentParser(prog="python -m bursar.api.crd", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="name the files that are not up to date")
    mode.add_argument("--write", action="store_true", help="bring the files up to date")
    parser.add_argument("--root", type=Path, default=Path(), help="root of the repository (default: here)")
    options = parser.parse_args(arguments)
    stale = stale_files(options.root)
    if options.check:
        for path in stale:
            print(f"{path} is not up to date; run `make crds`", file=sys.stderr)
        return 1 if stale else 0
    files = generated_files()
    for path in stale:
        (options.root / path).parent.mkdir(parents=True, exist_ok=True)
        (options.root / path).write_text(files[path])
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
