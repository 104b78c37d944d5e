"""Pages for people: the same use cases as the API, rendered here, in Dutch and in English."""
