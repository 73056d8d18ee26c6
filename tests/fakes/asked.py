"""A Prometheus that remembers what it was asked."""

from collections.abc import Mapping
from typing import Any

from bursar.errors import Unavailable
from bursar.observer.samples import Answer
from fakes.answers import answer


class FakeBooks:
    """Answers queries by what they are or contain, and remembers them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.read_paths: list[tuple[str, Mapping[str, Any]]] = []
        self.answers: dict[str, Answer] = {}
        self.pages: dict[str, Any] = {}
        self.failing: str | None = None

    async def query(self, promql: str) -> Answer:
        self.asked.append(promql)
        self._fail(promql)
        return next((found for part, found in self.answers.items() if part in promql), answer())

    async def read(self, path: str, parameters: Mapping[str, Any]) -> Any:
        self.read_paths.append((path, parameters))
        self._fail(path)
        return self.pages.get(path, {})

    def _fail(self, asked: str) -> None:
        if self.failing is not None and self.failing in asked:
            raise Unavailable("away")

    def know(self, queries: Mapping[str, str], series: tuple[tuple[str, Mapping[str, str], float], ...]) -> None:
        for name, query in queries.items():
            self.answers[query] = answer(*((labels, value) for of, labels, value in series if of == name))
