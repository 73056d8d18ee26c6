"""Pictures and tables of docs/how-budgets-work.md, drawn from what the rules would record."""
