"""HubSpot's JSON and paths, and nothing else: values of `domain` to bodies, bodies to values of `domain`.

Pure functions without waiting. A body that is not what the API promises is a `ShapeError` naming the place; the
adapter's shell turns it into a domain error. Nothing outside `hubspot` imports this package.
"""
