"""Bursar: a Kubernetes operator that keeps error budgets."""
