"""Pure decisions: a resource and a view of the world in, a plan out."""
