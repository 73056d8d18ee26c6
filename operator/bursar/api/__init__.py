"""The contract with users: one file per kind, and the CRDs made from them."""
