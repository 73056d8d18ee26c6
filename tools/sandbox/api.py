"""A small synchronous client of an API server, for set-up and assertions."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from kubernetes.client import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.config import load_kube_config
from urllib3.exceptions import HTTPError

from sandbox.process import SandboxError

POLL_SECONDS: Final = 0.05


class ApiError(SandboxError):
    """The API server said no, or nothing at all (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}" if status else message)
        self.status = status
        self.message = message


class Api:
    """Requests to one API server as the user of a kubeconfig's current context."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = Configuration()
        load_kube_config(str(kubeconfig), client_configuration=configuration)
        configuration.proxy = None  # it is on this machine, whatever the environment says of proxies
        self._server: str = configuration.host
        self._pool = RESTClientObject(configuration).pool_manager
        self._authorization: str | None = configuration.get_api_key_with_prefix("BearerToken")

    def request(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content: str = "application/json",
        seconds: float = 30.0,
    ) -> Any:
        """Make one request; returns the decoded answer, raises ApiError for 4xx, 5xx and no answer."""
        headers = {"Content-Type": content}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            response = self._pool.request(
                verb,
                self._server + path,
                body=None if body is None else json.dumps(body),
                headers=headers,
                timeout=seconds,
                retries=False,
            )
        except HTTPError as error:
            raise ApiError(0, f"{verb} {path}: {error}") from error
        text = response.data.decode()
        if response.status >= 400:
            raise ApiError(response.status, _message(text))
        return json.loads(text) if text.startswith(("{", "[")) else text

    def get(self, path: str) -> Any:
        """Read an object or a list."""
        return self.request("GET", path)

    def find(self, path: str) -> Any | None:
        """Read an object; None when it does not exist."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def apply(self, path: str, body: Mapping[str, Any], *, manager: str = "sandbox") -> Any:
        """Server-side apply, strict about unknown fields."""
        query = f"?fieldManager={manager}&force=true&fieldValidation=Strict"
        return self.request("PATCH", path + query, body, content="application/apply-patch+yaml")

    def merge(self, path: str, body: Mapping[str, Any]) -> Any:
        """Merge-patch, as an edit by hand."""
        return self.request("PATCH", path, body, content="application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Delete an object; gone already is fine."""
        try:
            self.request("DELETE", path)
        except ApiError as error:
            if error.status != 404:
                raise

    def eventually(self, path: str, holds: Callable[[Any], bool], *, seconds: float = 15.0) -> Any:
        """Read an object until a condition holds; raises SandboxError with its last state at the deadline."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.find(path)
            if found is not None and holds(found):
                return found
            if time.monotonic() > deadline:
                raise SandboxError(f"{path} within {seconds} s: not as expected, last seen:\n{yaml.safe_dump(found)}")
            time.sleep(POLL_SECONDS)

    def gone(self, path: str, *, seconds: float = 15.0) -> None:
        """Wait until an object does not exist."""
        deadline = time.monotonic() + seconds
        while self.find(path) is not None:
            if time.monotonic() > deadline:
                raise SandboxError(f"{path} is still there after {seconds} s")
            time.sleep(POLL_SECONDS)


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500]
