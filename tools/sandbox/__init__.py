"""A real Kubernetes control plane and a real Prometheus stack on the loopback interface, without containers."""
