r"""PromQL as values: expressions and selectors that are parsed, expressions that are built.

`expression.parse` reads a whole expression: `lexer` makes tokens of the text, the grammars (`vectors`, `lengths` and
`grammar`, each on top of the one before) make `nodes` of the tokens, and `typecheck` checks them. `selector` reads and
prints one vector selector by the same grammar. Services on what was parsed: `selection` (what is read, confine it to a
tenant), `windows` (fill in `{{.window}}`), `comparison` (take apart), `printer`.

What Prometheus accepts without feature flags is accepted, and nothing else, but these, which are refused on purpose:

- texts above 16 kB and trees deeper than 200 levels;
- strings that are not valid UTF-8, such as "\xff": they parse, but no label can ever be equal to them;
- `offset NaN`: it parses, and shifts by a time that differs between machines;
- regular expressions that are too large or that Prometheus 2 refuses (`regexp`).
"""
