"""etcd, kube-apiserver and kube-controller-manager as local processes."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.api import ApiError
from sandbox.cluster import Cluster
from sandbox.process import LOOPBACK, Process, free_port
from sandbox.programs import Programs

START_SECONDS: Final = 60.0
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


class ControlPlane(Cluster):
    """One control plane in a folder of its own, with a log file for each part; several may run side by side."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "kubeconfig", folder)
        self.programs = Programs(folder)
        self._port = free_port()

    @property
    def server(self) -> str:
        """The URL of the API server."""
        return f"https://{LOOPBACK}:{self._port}"

    def start(self, *, etcd_flags: Sequence[str] = ()) -> Self:
        """Start everything and wait until it serves; a failed start leaves no process behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._write_files()
            etcd_port = free_port()
            etcd = self.programs.start("etcd", self._etcd_flags(etcd_port), extra=etcd_flags)
            self._start_api_server(etcd, etcd_port)
            self._start_controllers()
        except BaseException:
            self.stop()
            raise
        return self

    def check(self) -> None:
        """Raise SandboxError when a part has ended by itself."""
        self.programs.check()

    def stop(self) -> None:
        """End everything, the last started first."""
        self.programs.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _write_files(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        token = secrets.token_urlsafe(32)
        self.folder.chmod(0o700)
        (self.folder / "service-account.key").write_bytes(key)
        (self.folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
        (self.folder / "audit-policy.yaml").write_text(yaml.safe_dump(AUDIT_POLICY))
        self.write_kubeconfig(self.kubeconfig, token)

    def _connection(self) -> Mapping[str, str]:
        return {"server": self.server, "certificate-authority": str(self.folder / "certs" / "apiserver.crt")}

    def _etcd_flags(self, port: int) -> Mapping[str, object]:
        return {
            "data-dir": self.folder / "etcd",
            "listen-client-urls": f"http://{LOOPBACK}:{port}",
            "advertise-client-urls": f"http://{LOOPBACK}:{port}",
            "listen-peer-urls": f"http://{LOOPBACK}:{free_port()}",
            "log-level": "error",
            "unsafe-no-fsync": "true",
        }

    def _start_api_server(self, etcd: Process, etcd_port: int) -> None:
        api_server = self.programs.start("kube-apiserver", self._api_server_flags(etcd_port))

        def ready() -> bool:
            # Without its etcd the API server only waits: the cause is in the log of etcd.
            etcd.check()
            return self._serves()

        api_server.wait_ready(ready, seconds=START_SECONDS)

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
            "anonymous-auth": "false",
            "service-cluster-ip-range": "10.96.0.0/24",
            "disable-admission-plugins": "ServiceAccount",
            "enable-admission-plugins": "OwnerReferencesPermissionEnforcement",
            "audit-policy-file": self.folder / "audit-policy.yaml",
            "audit-log-path": self.audit_log,
            "audit-log-mode": "batch",
            "audit-log-batch-max-wait": "200ms",
        }

    def _serves(self) -> bool:
        if not (self.folder / "certs" / "apiserver.crt").is_file():
            return False
        try:
            return bool(self.api.request("GET", "/readyz", seconds=2) == "ok")
        except ApiError:
            return False

    def _start_controllers(self) -> None:
        manager = self.programs.start(
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
        manager.wait_ready(lambda: self.api.find(path) is not None, seconds=START_SECONDS)
