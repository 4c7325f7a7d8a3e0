"""The sections of the report: each function takes the material and returns a `Section`."""
