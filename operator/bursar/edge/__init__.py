"""The outside world: Kopf, the API server, Prometheus, HTTP."""
