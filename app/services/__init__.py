"""Use cases: plain functions `(work, ...) -> result`. They never commit and know no HTTP."""
