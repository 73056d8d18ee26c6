"""The formats of other SLO engines, and what becomes of them here."""
