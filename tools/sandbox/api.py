"""A small synchronous client of the sandbox's API server, for set-up and assertions."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import urllib3
import yaml

from sandbox.process import SandboxError


class ApiError(SandboxError):
    """The API server said no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Api:
    """Requests to one API server as one user; a kubeconfig with a token says where and as whom."""

    def __init__(self, kubeconfig: Path) -> None:
        document = yaml.safe_load(kubeconfig.read_text())
        cluster = document["clusters"][0]["cluster"]
        self._server = cluster["server"]
        self._pool = urllib3.PoolManager(ca_certs=cluster["certificate-authority"], maxsize=8)
        self._token = document["users"][0]["user"]["token"]

    def request(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content: str = "application/json",
        seconds: float = 30.0,
    ) -> Any:
        """Make one request; returns the decoded answer, raises ApiError for 4xx and 5xx."""
        response = self._pool.request(
            verb,
            self._server + path,
            body=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": content},
            timeout=seconds,
            retries=False,
        )
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
            time.sleep(0.05)

    def gone(self, path: str, *, seconds: float = 15.0) -> None:
        """Wait until an object does not exist."""
        deadline = time.monotonic() + seconds
        while self.find(path) is not None:
            if time.monotonic() > deadline:
                raise SandboxError(f"{path} is still there after {seconds} s")
            time.sleep(0.05)


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500]
