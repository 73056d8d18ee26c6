"""A small shop that is watched: the application, its customers, and the demonstration that puts all parts together."""
