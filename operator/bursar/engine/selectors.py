"""What decides whether a server selects an object: the server resources and the namespaces' labels."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.compiler.view import Selectors
from bursar.engine.ports import AnyKind, ServerKind

RULE_SERVERS: Final = (ServerKind.PROMETHEUS, ServerKind.THANOS_RULER)


class SelectorStore:
    """Keeps the specs of Prometheus, ThanosRuler and Alertmanager resources, and the labels of namespaces.

    A new namespace changes no verdict: what is in it comes after it. Only a label that changes does.
    """

    def __init__(
        self, *, servers_readable: bool, namespaces_readable: bool, alertmanagers_readable: bool = False
    ) -> None:
        self._servers: dict[tuple[AnyKind, str, str], Mapping[str, Any]] = {}
        self._versions: dict[tuple[AnyKind, str, str], tuple[str, str]] = {}
        self._namespaces: dict[str, Mapping[str, str]] = {}
        self.servers_readable = servers_readable
        self.namespaces_readable = namespaces_readable
        self.alertmanagers_readable = alertmanagers_readable
        self._snapshot: Selectors | None = None

    @property
    def snapshot(self) -> Selectors:
        """The current picture; the same object until something changes."""
        if self._snapshot is None:
            self._snapshot = Selectors(
                servers=self._of(*RULE_SERVERS) if self.servers_readable else None,
                alertmanagers=self._of(ServerKind.ALERTMANAGER) if self.alertmanagers_readable else None,
                namespaces=dict(self._namespaces) if self.namespaces_readable else None,
            )
        return self._snapshot

    def accept(self, kind: AnyKind, namespace: str, name: str, raw: Mapping[str, Any] | None) -> bool:
        """Take in one object, None when it is gone; tells whether verdicts may have changed."""
        if raw is None:
            self._versions.pop((kind, namespace, name), None)
        else:
            self._versions[(kind, namespace, name)] = (
                raw["metadata"]["uid"],
                raw["metadata"]["resourceVersion"],
            )
        if kind is ServerKind.NAMESPACE:
            return self._namespace(name, raw)
        return self._server(kind, namespace, name, raw)

    def has(self, kind: ServerKind, namespace: str, name: str) -> bool:
        """Tell whether an object was taken in."""
        return (kind, namespace, name) in self._versions

    def versions(self, kind: ServerKind) -> dict[tuple[str, str], tuple[str, str]]:
        """Namespace and name -> uid and resourceVersion, of all objects of a kind."""
        return {
            (namespace, name): version
            for (of_kind, namespace, name), version in self._versions.items()
            if of_kind is kind
        }

    def _of(self, *kinds: ServerKind) -> tuple[Mapping[str, Any], ...]:
        return tuple(server for (kind, _, _), server in self._servers.items() if kind in kinds)

    def _namespace(self, name: str, raw: Mapping[str, Any] | None) -> bool:
        known = self._namespaces.get(name)
        labels = None if raw is None else raw["metadata"].get("labels", {})
        if labels == known:
            return False
        if labels is None:
            del self._namespaces[name]
        else:
            self._namespaces[name] = labels
        self._snapshot = None
        return known is not None and labels is not None

    def _server(self, kind: AnyKind, namespace: str, name: str, raw: Mapping[str, Any] | None) -> bool:
        identity = (kind, namespace, name)
        kept = (
            None
            if raw is None
            else {"kind": kind.value, "metadata": {"namespace": namespace, "name": name}, "spec": raw["spec"]}
        )
        if kept == self._servers.get(identity):
            return False
        if kept is None:
            del self._servers[identity]
        else:
            self._servers[identity] = kept
        self._snapshot = None
        return True
