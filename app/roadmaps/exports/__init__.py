"""A plan as files for other tools: see `docs/roadmap-files.md` for every column."""
