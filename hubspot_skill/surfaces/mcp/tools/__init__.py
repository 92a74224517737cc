"""The tools, one module for each part of a toolset; `TOOLS` in a module is its tools in the order they are listed.

A description says what a tool does, what it returns, what it does not do and which sibling does; call order and
advice for the whole conversation are in `instructions`. No text from a CRM ever gets into a description.
"""
