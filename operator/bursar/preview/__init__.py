"""A dashboard as a picture: one page of HTML with inline SVG, which asks nobody for anything when it is opened.

`reading` takes a classic dashboard apart and says what to ask Prometheus; `variables` fills in what readers would
choose; `page` draws the answers, panel by panel: `lines`, `figures`, `bands` and `tables`, in the units of `numbers`.
"""
