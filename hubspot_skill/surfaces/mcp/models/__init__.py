"""What tools are called with and what they answer, as the models that their schemas come from.

- `words`: the kinds of values that arguments share.
- `searches`, `reads`, `writes`: the arguments of each tool, and the requests of `service` that they become.
- `answers`: the structured content of results.

A model reads each description of an argument on every conversation: a word that does not help it choose or fill an
argument is waste, and a name that says everything has no description. Limits that a caller seldom meets (lengths,
counts) are checked and told when broken, not listed in a schema.
"""
