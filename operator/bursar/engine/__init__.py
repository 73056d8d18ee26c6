"""The kind-agnostic, level-triggered engine: store, queue, worker, resync, status."""
