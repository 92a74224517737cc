"""Trials of reliability: each is a function of its counts and a seed, called small by tests and at full count by hand."""
