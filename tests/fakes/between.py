"""An HTTP server between the operator and a Prometheus, which answers in its own way when a test asks for it."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import urllib3

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What is answered in place of the server behind; `seconds` is how long it takes, unless the test is over."""

    status: int = 200
    body: str = ""
    seconds: float = 0.0


class Between:
    """Hands requests on to `upstream`, or answers what is in `wrong`, in turn, while there is something."""

    def __init__(self, upstream: str) -> None:
        self.wrong: Sequence[Answer] = ()
        self._numbers = itertools.count()
        self._upstream = upstream
        self._pool = urllib3.PoolManager(maxsize=8)
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler(self._answer))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="between", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._pool.clear()

    def _answer(self, verb: str, path: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        if answers := self.wrong:
            wrong = answers[next(self._numbers) % len(answers)]
            self._ended.wait(wrong.seconds)
            return wrong.status, wrong.body.encode()
        headers = {"Content-Type": content_type}
        try:
            answer = self._pool.request(verb, self._upstream + path, body=body, headers=headers, retries=False)
        except urllib3.exceptions.HTTPError as error:
            return 502, str(error).encode()
        return answer.status, answer.data

    @staticmethod
    def _handler(answer: Callable[[str, str, bytes, str], tuple[int, bytes]]) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = answer(self.command, self.path, asked, self.headers.get("Content-Type", ""))
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # who asked has not waited

            def log_message(self, format: str, *_: object) -> None:
                """Stay silent."""

        return Handler
