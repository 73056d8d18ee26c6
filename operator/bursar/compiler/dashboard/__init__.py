"""Dashboards: what people look at, as classic Grafana JSON."""
