"""A small HTTP server whose counters a test drives, and which remembers what every scrape has shown."""

import threading
import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

LOOPBACK = "127.0.0.1"
PROBE_PATH = "/probe"


@dataclass(frozen=True)
class Scrape:
    """What one scrape has shown: series -> value; `at` in seconds of the epoch."""

    at: float
    values: Mapping[str, float]


class Exposition:
    """Serves counters that grow by the second, from creation to `stop`; every other path than /probe shows them.

    The counters of all scrapers are the same, however many there are. /probe answers as a blackbox exporter does.
    """

    def __init__(self, *series: str) -> None:
        self._rates: Mapping[str, float] = {}
        self._values = dict.fromkeys(series, 0.0)
        self._counted_at = time.time()
        self._scrapes: list[Scrape] = []
        self._lock = threading.Lock()
        self._server = self._listen(0)
        self.port: int = self._server.server_address[1]

    def grow(self, rates: Mapping[str, float]) -> None:
        """Let series grow by so many events per second from now on, and all others stand still."""
        with self._lock:
            self._count()
            self._rates = rates

    def set(self, series: str, value: float) -> None:
        """Set a series, which is a gauge."""
        with self._lock:
            self._values[series] = value

    def shown(self, series: str, at: datetime) -> float:
        """Return what the last scrape up to a moment has shown of a series."""
        with self._lock:
            position = bisect_right([scrape.at for scrape in self._scrapes], at.timestamp())
            return self._scrapes[position - 1].values[series]

    def scraped(self, at: datetime) -> int:
        """Count the scrapes up to a moment."""
        with self._lock:
            return bisect_right([scrape.at for scrape in self._scrapes], at.timestamp())

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def start_again(self) -> None:
        """Answer again on the same port."""
        self._server = self._listen(self.port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer((LOOPBACK, port), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), name="exposition", daemon=True).start()
        return server

    def _count(self) -> None:
        now = time.time()
        for series, rate in self._rates.items():
            self._values[series] = self._values.get(series, 0.0) + rate * (now - self._counted_at)
        self._counted_at = now

    def _scrape(self) -> str:
        with self._lock:
            self._count()
            self._scrapes.append(Scrape(self._counted_at, dict(self._values)))
            return "".join(f"{series} {value}\n" for series, value in self._values.items())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scrape = self._scrape

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                probed = self.path.startswith(PROBE_PATH)
                body = "probe_success 1\n" if probed else scrape()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *_: object) -> None:
                """Stay silent."""

        return Handler
