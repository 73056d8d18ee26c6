"""A whole dashboard as the renderer takes it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bursar.compiler.dashboard.content import Content

DEFAULT_REFRESH: Final = timedelta(minutes=1)
DEFAULT_RANGE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Board:
    """Content with its frame. `namespace` is whose alerts are marked; `datasource_uid` empty: Grafana's default."""

    uid: str
    title: str
    content: Content
    namespace: str
    description: str = ""
    tags: tuple[str, ...] = ()
    refresh: timedelta = DEFAULT_REFRESH
    time_range: timedelta = DEFAULT_RANGE
    timezone: str = "browser"
    datasource_uid: str = ""
