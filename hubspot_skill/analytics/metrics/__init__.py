"""The metrics, one module for each family; `METRICS` in a module is its metrics in the order they are listed.

Every metric states its definition, its denominator, what it leaves out, and its answer where there is nothing.
"""
