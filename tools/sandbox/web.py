"""Requests to servers on this machine, past whatever proxy the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from sandbox.process import SandboxError

_POOL: Final = urllib3.PoolManager(maxsize=8)


class NoAnswer(SandboxError):
    """Nobody listens, or the answer took too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    text: str


def request(
    verb: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None, seconds: float = 10.0
) -> Answer:
    """Make one request, whatever status it gives; raises NoAnswer when there is none."""
    try:
        response = _POOL.request(verb, url, body=body, headers=headers, timeout=seconds, retries=False)
    except HTTPError as error:
        raise NoAnswer(f"{verb} {url}: {error}") from error
    return Answer(response.status, response.data.decode())


def read(url: str) -> str:
    """Read a page; raises SandboxError when there is none."""
    answer = request("GET", url)
    if answer.status != 200:
        raise SandboxError(f"{url} answered {answer.status}: {answer.text}")
    return answer.text


def is_ready(url: str) -> bool:
    """Tell whether a page is there."""
    try:
        return request("GET", url, seconds=2).status == 200
    except NoAnswer:
        return False
