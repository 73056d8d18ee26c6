"""Pure reading: a resource and the answers of Prometheus in, its observed status out."""
