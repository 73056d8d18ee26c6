"""etcd, kube-apiserver and kube-controller-manager as local processes."""

import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from urllib3.exceptions import HTTPError

from sandbox.api import Api, ApiError
from sandbox.binaries import binary
from sandbox.process import Process, SandboxError, free_port

LOOPBACK: Final = "127.0.0.1"
TOKEN_SECONDS: Final = 12 * 3600
CONTROLLERS: Final = (
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "deployment-controller",
    "replicaset-controller",
)
AUDIT_POLICY: Final = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}


class ControlPlane:
    """One control plane in a folder of its own; `stop` ends all of it, also after a failed start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.audit_log = folder / "audit.log"
        self._processes: list[Process] = []
        self._port = free_port()
        self._admin_token = secrets.token_urlsafe(32)

    @property
    def server(self) -> str:
        """The URL of the API server."""
        return f"https://{LOOPBACK}:{self._port}"

    @property
    def api(self) -> Api:
        """A client with all rights."""
        return Api(self.kubeconfig)

    def start(self, *, etcd_flags: Sequence[str] = ()) -> "ControlPlane":
        """Start everything and wait until it serves; a failed start leaves nothing behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start_etcd_and_api_server(etcd_flags)
            self._start_controllers()
        except BaseException:
            self.stop()
            raise
        return self

    def check(self) -> None:
        """Raise SandboxError when a part has ended by itself."""
        for process in self._processes:
            process.check()

    def stop(self) -> None:
        """End everything, the last started first."""
        while self._processes:
            self._processes.pop().stop()

    def __enter__(self) -> "ControlPlane":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kubectl(self, *arguments: str | Path, stdin: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run the real kubectl as administrator, or as whoever the kubeconfig names; returns what it prints."""
        ran = subprocess.run(
            [binary("kubectl"), "--kubeconfig", kubeconfig or self.kubeconfig, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise SandboxError(ran.stderr.strip() or ran.stdout.strip())
        return ran.stdout

    def apply(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        """Apply manifests server-side, as administrator."""
        text = yaml.safe_dump_all([dict(manifest) for manifest in manifests])
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def install_monitoring_crds(self) -> None:
        """Install the CRDs of prometheus-operator, as its own binary prints them."""
        crds = subprocess.run([binary("prometheus-operator"), "crds"], capture_output=True, text=True, check=True)
        self.kubectl("apply", "--server-side", "-f", "-", stdin=crds.stdout)

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """Return a kubeconfig with a token for a ServiceAccount, by TokenRequest."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        answer = self.api.request("POST", path, {**request, "spec": {"expirationSeconds": TOKEN_SECONDS}})
        return self.write_kubeconfig(self.folder / f"{namespace}-{name}.kubeconfig", answer["status"]["token"])

    def write_kubeconfig(self, path: Path, token: str, *, server: str | None = None) -> Path:
        """Write a kubeconfig for a token; `server` may name a proxy in front of this API server."""
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "sandbox", "cluster": self._cluster(server)}],
            "users": [{"name": "user", "user": {"token": token}}],
            "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "user"}}],
            "current-context": "sandbox",
        }
        path.write_text(yaml.safe_dump(document))
        path.chmod(0o600)
        return path

    def audit(self) -> Iterator[Mapping[str, Any]]:
        """Yield every audited request so far."""
        for line in self.audit_log.read_text().splitlines():
            if line.endswith("}"):
                yield json.loads(line)

    def _cluster(self, server: str | None) -> dict[str, str]:
        return {"server": server or self.server, "certificate-authority": str(self.folder / "certs" / "apiserver.crt")}

    def _start(self, name: str, flags: Mapping[str, object], *, extra: Sequence[str] = ()) -> Process:
        command = [binary(name), *(f"--{flag}={value}" for flag, value in flags.items()), *extra]
        process = Process(name, command, log=self.folder / f"{name}.log")
        self._processes.append(process)
        return process

    def _start_etcd_and_api_server(self, etcd_flags: Sequence[str]) -> None:
        etcd_port, peer_port = free_port(), free_port()
        self._write_keys()
        etcd = self._start(
            "etcd",
            {
                "data-dir": self.folder / "etcd",
                "listen-client-urls": f"http://{LOOPBACK}:{etcd_port}",
                "advertise-client-urls": f"http://{LOOPBACK}:{etcd_port}",
                "listen-peer-urls": f"http://{LOOPBACK}:{peer_port}",
                "log-level": "error",
            },
            extra=["--unsafe-no-fsync", *etcd_flags],
        )
        api_server = self._start("kube-apiserver", self._api_server_flags(etcd_port))

        def ready() -> bool:
            etcd.check()
            return self._is_ready()

        api_server.wait_ready(ready, seconds=60)

    def _api_server_flags(self, etcd_port: int) -> Mapping[str, object]:
        key = self.folder / "service-account.key"
        return {
            "etcd-servers": f"http://{LOOPBACK}:{etcd_port}",
            "secure-port": self._port,
            "bind-address": LOOPBACK,
            "cert-dir": self.folder / "certs",
            "endpoint-reconciler-type": "none",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "service-account-issuer": "https://kubernetes.default.svc",
            "authorization-mode": "RBAC",
            "token-auth-file": self.folder / "tokens.csv",
            "service-cluster-ip-range": "10.96.0.0/24",
            "disable-admission-plugins": "ServiceAccount",
            "enable-admission-plugins": "OwnerReferencesPermissionEnforcement",
            "anonymous-auth": "false",
            "audit-policy-file": self.folder / "audit-policy.yaml",
            "audit-log-path": self.audit_log,
            "audit-log-mode": "batch",
            "audit-log-batch-max-wait": "200ms",
        }

    def _write_keys(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        (self.folder / "service-account.key").write_bytes(key)
        (self.folder / "tokens.csv").write_text(f"{self._admin_token},admin,admin,system:masters\n")
        (self.folder / "audit-policy.yaml").write_text(yaml.safe_dump(AUDIT_POLICY))
        self.write_kubeconfig(self.kubeconfig, self._admin_token)
        for secret in ("service-account.key", "tokens.csv"):
            (self.folder / secret).chmod(0o600)

    def _is_ready(self) -> bool:
        if not (self.folder / "certs" / "apiserver.crt").is_file():
            return False
        try:
            return bool(self.api.request("GET", "/readyz", seconds=2) == "ok")
        except (ApiError, OSError, HTTPError):
            return False

    def _start_controllers(self) -> None:
        manager = self._start(
            "kube-controller-manager",
            {
                "kubeconfig": self.kubeconfig,
                "leader-elect": "false",
                "service-account-private-key-file": self.folder / "service-account.key",
                "bind-address": LOOPBACK,
                "secure-port": free_port(),
                "controllers": ",".join(CONTROLLERS),
                "authentication-skip-lookup": "true",
                "cert-dir": self.folder / "controller-certs",
            },
        )
        path = "/api/v1/namespaces/default/serviceaccounts/default"
        manager.wait_ready(lambda: self.api.find(path) is not None, seconds=60)
