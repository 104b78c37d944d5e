"""Tables, and the shapes that go in and out of the API: one file per thing."""
