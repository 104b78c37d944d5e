"""Backups: one file with everything, that is checked before it counts and before it is trusted."""
