"""The model itself: answers, types, approach, threads and roles. Standard library only."""
