"""Which real programs there are, from which published Go modules each is built, and which Debian has as well."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KUBERNETES: Final = "v1.35.4"
OLDER_PROMETHEUS: Final = "2.42.0"
GO_VERSION: Final = (1, 26)  # the newest that a go.mod here asks for

_FOLDER: Final = Path(__file__).parent / "go"

# Without a stamped version the API server reports one that nobody can parse, and prometheus-operator then believes
# that EndpointSlices do not exist.
_KUBERNETES_VERSION: Final = " ".join(
    f"-X {variable}={value}"
    for variable, value in (
        ("k8s.io/component-base/version.gitVersion", KUBERNETES),
        ("k8s.io/component-base/version.gitMajor", "1"),
        ("k8s.io/component-base/version.gitMinor", "35"),
        ("k8s.io/client-go/pkg/version.gitVersion", KUBERNETES),
    )
)


@dataclass(frozen=True, slots=True)
class DebianPackage:
    """A package whose `programs`, by the file of each, serve as well as a build if its version is of `series`."""

    name: str
    series: str
    programs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GoModule:
    """A folder with a go.mod; `programs` maps the name of each program to the package it is built from.

    A package that begins with `./` is ours and lies in that folder.
    """

    name: str
    programs: Mapping[str, str]
    ldflags: str = "-s -w"
    tags: str = ""
    debian: DebianPackage | None = None

    @property
    def folder(self) -> Path:
        """Where its go.mod lies."""
        return _FOLDER / self.name

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides the binaries."""
        parts = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        parts.append(repr((sorted(self.programs.items()), self.ldflags, self.tags)).encode())
        parts += [repr(self.debian).encode()] if self.debian else []
        own = (package for package in self.programs.values() if package.startswith("./"))
        parts += [source.read_bytes() for package in own for source in sorted((self.folder / package).glob("*.go"))]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]

    def build_arguments(self, program: str, output: Path) -> list[str]:
        """Return the arguments of `go` that build one program."""
        tags = ["-tags", self.tags] if self.tags else []
        return ["build", "-trimpath", "-ldflags", self.ldflags, *tags, "-o", str(output), self.programs[program]]


GO_MODULES: Final = (
    GoModule(
        "kubernetes",
        {
            "etcd": "go.etcd.io/etcd/server/v3",
            "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
            "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
            "kubectl": "k8s.io/kubernetes/cmd/kubectl",
        },
        ldflags=f"-s -w {_KUBERNETES_VERSION}",
    ),
    GoModule(
        "prometheus",
        {
            "prometheus": "github.com/prometheus/prometheus/cmd/prometheus",
            "promtool": "github.com/prometheus/prometheus/cmd/promtool",
            "prometheus-operator": "github.com/prometheus-operator/prometheus-operator/cmd/operator",
        },
        # Of service discovery only what the sandbox uses: the others bring in the SDK of every cloud.
        tags="remove_all_sd,enable_kubernetes_sd,enable_dns_sd",
    ),
    GoModule(
        "prometheus-2",
        {
            "prometheus-2": "github.com/prometheus/prometheus/cmd/prometheus",
            "promtool-2": "github.com/prometheus/prometheus/cmd/promtool",
        },
        ldflags=f"-s -w -X github.com/prometheus/common/version.Version={OLDER_PROMETHEUS}",
        debian=DebianPackage(
            "prometheus",
            series="2.4",
            programs={"prometheus-2": "usr/bin/prometheus", "promtool-2": "usr/bin/promtool"},
        ),
    ),
    # Beside Prometheus, not in one entry with it: an edit of ours builds only ours anew.
    GoModule("prometheus", {"promql-judge": "./promql-judge"}),
    GoModule(
        "alertmanager",
        {
            "alertmanager": "github.com/prometheus/alertmanager/cmd/alertmanager",
            "amtool": "github.com/prometheus/alertmanager/cmd/amtool",
        },
    ),
    GoModule("helm", {"helm": "helm.sh/helm/v3/cmd/helm"}),
    GoModule("helm-4", {"helm-4": "helm.sh/helm/v4/cmd/helm"}),
)
MODULE_OF: Final[Mapping[str, GoModule]] = {program: module for module in GO_MODULES for program in module.programs}
