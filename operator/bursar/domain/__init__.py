"""The mathematics: windows, tiers, budgets, PromQL. No Kubernetes, no I/O, no clock."""
