"""The use cases of changes over a sandbox."""
