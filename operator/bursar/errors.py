"""The error tree.

BursarError
├── UserError            the spec itself is wrong: no retry until it changes       -> Stalled
│   └── InvalidSpec      one or more findings, each with its field path
├── TransientError       the world is not ready: retry with back-off               -> Reconciling
│   ├── Unavailable      no usable answer: none at all, 5xx, 401, 408, 410
│   ├── Throttled        429; carries the delay that the server asked for
│   ├── Conflict         409: somebody wrote first, or a precondition failed
│   ├── DependencyMissing  404 on a write: its namespace or its CRD is not there
│   ├── Forbidden        403: a right is missing; it may be granted later
│   └── NotLeading       another replica writes, or may do so
└── Refused              400/422: the API server does not accept what we built

Everything that is none of these is a bug: logged with its traceback, counted, retried slowly.
"""

from dataclasses import dataclass


class BursarError(Exception):
    """Root of all errors that Bursar raises on purpose."""


class UserError(BursarError):
    """The resource is wrong; only an edit can cure it."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong in a spec: `path` as in `spec.objectives[0].target`, and what to do about it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidSpec(UserError):
    """A spec that cannot be compiled; every finding names its field and its cure."""

    def __init__(self, findings: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = findings


class TransientError(BursarError):
    """Retrying may help."""


class Unavailable(TransientError):
    """No usable answer: connection refused, time-out, 5xx; credentials or a list position that have expired."""


class Throttled(TransientError):
    """The server asked for patience; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(TransientError):
    """The object changed meanwhile, or is not the one it was."""


class DependencyMissing(TransientError):
    """The namespace or the CRD of an object is not there."""


class Forbidden(TransientError):
    """The operator lacks a right; the message names verb and resource."""


class NotLeading(TransientError):
    """This replica does not write: it has not won the election, or could not keep what it won."""


class Refused(BursarError):
    """The API server refuses an object that Bursar built: a newer CRD, an admission policy, or a defect of ours."""
