"""Plans changes of an account's own definitions: properties, pipelines and stages, campaigns, the reference property.

Public: `requests`, and `planning` with one function each, behind `crm.Crm`. Each only makes a plan (`service.changes`): a person
sees and approves it, `apply_changes` applies it, `undo_changes` plans its way back where there is one.

Decisions: types, groups, properties, pipelines and stages are named as people say them, as everywhere. What a property holds is
asked by the words of `requests.Holds`, which stand for HubSpot's pairs of type and field type. A deal stage is closed when its
probability is 0 or 1, as HubSpot has it.
"""
