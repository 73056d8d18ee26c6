"""What can go wrong with a request of the operator."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the operator. `path` is without its query; `at` is monotonic time in seconds."""

    verb: str
    path: str
    watch: bool
    token: str
    at: float

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.verb != "GET"


Wanted = Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer comes late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Refuse:
    """An HTTP status instead of an answer; `retry_after` in seconds."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks; `answered`: half of the real answer has come by then, and the request was carried out."""

    answered: bool = False


@dataclass(frozen=True, slots=True)
class Expire:
    """A watch that answers with one ERROR event of code 410 and ends, as after a compaction."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A watch that stays open and never says a word, as behind a firewall that has forgotten it."""


Fault = Delay | Refuse | Drop | Expire | Silence
