"""A shop with two routes, metrics as any service has them, and a switch that breaks it."""

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CODES = ("200", "503")
ROUTES = ("/checkout", "/search")


class Shop:
    """Answers within some milliseconds; `failing` and `slow` are the shares of requests that do not.

    While it is `silent` it goes on, but nobody can read its metrics.
    """

    def __init__(self) -> None:
        self.failing = 0.0
        self.slow = 0.0
        self.silent = False
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests", "Requests by route and code.", ("route", "code"), registry=self.registry
        )
        self.durations = Histogram(
            "http_request_duration_seconds",
            "How long an answer took.",
            ("route",),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0),
            registry=self.registry,
        )
        # Counters that start at 0 lose no first failure: Prometheus cannot see an increase from nothing.
        for route in ROUTES:
            self.durations.labels(route)
            for code in CODES:
                self.requests.labels(route, code)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a customer, and count it."""
        started = time.perf_counter()
        await asyncio.sleep(0.15 if random.random() < self.slow else random.uniform(0.001, 0.008))
        code = 503 if random.random() < self.failing else 200
        self.requests.labels(request.path, str(code)).inc()
        self.durations.labels(request.path).observe(time.perf_counter() - started)
        return web.Response(status=code, text="thank you" if code == 200 else "the till is broken")

    async def fault(self, request: web.Request) -> web.Response:
        """Set what is wrong, as in POST /fault?failing=1&slow=0&silent=1; what is not named is well."""
        self.failing = float(request.query.get("failing", "0"))
        self.slow = float(request.query.get("slow", "0"))
        self.silent = request.query.get("silent") == "1"
        return web.json_response({"failing": self.failing, "slow": self.slow, "silent": self.silent})

    async def metrics(self, _: web.Request) -> web.Response:
        """Show the metrics."""
        if self.silent:
            raise web.HTTPServiceUnavailable(text="no metrics to be had")
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def application(self) -> web.Application:
        """Route all of it."""
        application = web.Application()
        for route in ROUTES:
            application.router.add_get(route, self.serve)
        application.router.add_post("/fault", self.fault)
        application.router.add_get("/metrics", self.metrics)
        return application


def main() -> None:
    """Run the shop on the loopback interface."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    web.run_app(Shop().application(), host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
