"""PromQL as values: selectors that are parsed, expressions that are built."""
