"""People's words turned into HubSpot's: names, periods, property values, references to records.

Everything here is pure but `references`, which may ask HubSpot's search for a record of a name. Each resolver either
finds exactly one thing, or raises an error whose candidates are what may have been meant.
"""
