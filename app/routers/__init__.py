"""HTTP for programs: what comes in, one call, what goes out."""
