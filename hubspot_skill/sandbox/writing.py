"""Checks and carries out writes of records: create, change, archive.

Its own module because single calls and batches share it. A write is prepared first, which refuses everything wrong with it
at once, and carried out after, which cannot fail.

Sources: facts 1.2 (what 2026-09 enforces), 4.2 (bodies), 5.1 and 5.2 (rules of writing); [U] rules have a switch.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.deal_sql import stage_state
from hubspot_skill.sandbox.history import note_versions
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.refusals import InvalidProperty, Refusal
from hubspot_skill.sandbox.store import table
from hubspot_skill.sandbox.values import Kept, kept_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hubspot_skill.sandbox.call import Call
    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.seed import PropertySeed

__all__ = ["Prepared", "archive_record", "carry_out", "find_by", "insert_prepared", "prepare", "stored_values"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write that has passed every check: what to keep ("" empties), and the warnings that its answer carries."""

    object_type: ObjectType
    record_id: int | None
    values: dict[str, str]
    before: dict[str, str | None]
    warnings: tuple[dict[str, object], ...] = ()


def prepare(call: Call, object_type: ObjectType, given: Mapping[str, object], record_id: int | None) -> Prepared:
    """Return a write of properties to a record, or to a new one, that has passed every check.

    Raises: Refusal 400 with every property that is wrong, 400 for what is missing, 409 for an address that is taken.
    """
    before = {} if record_id is None else stored_values(call, object_type, record_id)
    values, warnings, problems = _checked(call, object_type, given, before)
    if record_id is None:
        values = {**_defaults(call, object_type, values), **values}
    problems += _stage_problems(call, object_type, values, before)
    if problems:
        raise Refusal.invalid_properties(problems, call.portal.account.portal_id)
    _require(call, object_type, values, before, record_id)
    _refuse_taken(call, object_type, values, record_id)
    values = {**_effects(call, object_type, values, before), **values}
    return Prepared(object_type, record_id, values, before, tuple(warnings))


def insert_prepared(call: Call, prepared: Prepared) -> int:
    """Make the record of a prepared create and return its id."""
    portal, object_type = call.portal, prepared.object_type
    record_id = portal.store.new_id(object_type)
    _lag(call, object_type, record_id)
    values = {name: value for name, value in prepared.values.items() if value != ""}
    portal.store.insert(object_type, record_id, values, portal.now_ms())
    return record_id


def carry_out(call: Call, prepared: Prepared) -> None:
    """Change the record of a prepared update; a value that is the same already leaves no trace in the history."""
    portal, object_type, record_id = call.portal, prepared.object_type, cast("int", prepared.record_id)
    changed = {name: value for name, value in prepared.values.items() if value != (prepared.before.get(name) or "")}
    if not changed:
        return
    _lag(call, object_type, record_id)
    made_ms = cast(
        "int",
        portal.store.value(f"SELECT _created FROM {table('r', object_type)} WHERE _id = ?", (record_id,)),
    )
    origin = (made_ms, prepared.before.get("hs_object_source") or "INTEGRATION")
    by = ("INTEGRATION", call.token.user_id)
    note_versions(portal, object_type, record_id, prepared.before, changed, origin=origin, by=by)
    portal.store.update(
        object_type, record_id, {name: value or None for name, value in changed.items()}, portal.now_ms()
    )


def archive_record(call: Call, object_type: ObjectType, record_id: int) -> None:
    """Archive a record; nothing happens to one that is not there [L]."""
    _lag(call, object_type, record_id)
    call.portal.store.archive(object_type, record_id, call.portal.now_ms())


def stored_values(call: Call, object_type: ObjectType, record_id: int) -> dict[str, str | None]:
    """Return every stored property of a live record, empty if there is none."""
    cursor = call.portal.store.connection.execute(
        f"SELECT * FROM {table('r', object_type)} WHERE _id = ?",
        (record_id,),
    )
    row = cast("tuple[str | None, ...] | None", cursor.fetchone())
    if row is None:
        return {}
    names = [column[0] for column in cursor.description]
    return {name: value for name, value in zip(names, row, strict=True) if not name.startswith("_")}


def find_by(call: Call, object_type: ObjectType, name: str, value: str) -> int | None:
    """Return the live record that has a value in a unique property; a contact's further addresses count too.

    Raises: Refusal 400 for a property that is not unique.
    """
    store = call.portal.store
    live = table("r", object_type)
    if name == "hs_object_id":
        found = store.value(f"SELECT _id FROM {live} WHERE _id = ?", (value,))
        return cast("int | None", found)
    definition = store.definitions.properties[object_type.name].get(name)
    is_email = object_type.name == "contacts" and name == "email"
    if definition is None or not (definition.has_unique_value or is_email):
        raise Refusal.validation(
            f"Property {name} is not a unique identifier of {object_type.name}: idProperty must have unique values",
            code="INVALID_ID_PROPERTY",
            context={"idProperty": [name]},
        )
    if not store.has_column(object_type, name):
        return None
    wanted = value.strip().lower() if is_email else value
    found = store.value(f'SELECT _id FROM {live} WHERE "{name}" = ? COLLATE NOCASE', (wanted,))
    if found is None and is_email:
        found = store.value(
            f"SELECT _id FROM {live} WHERE hs_additional_emails IS NOT NULL "
            "AND instr(';' || lower(hs_additional_emails) || ';', ?)",
            (f";{wanted};",),
        )
    return cast("int | None", found)


def _checked(
    call: Call, object_type: ObjectType, given: Mapping[str, object], before: Mapping[str, str | None]
) -> tuple[dict[str, str], list[dict[str, object]], list[InvalidProperty]]:
    values: dict[str, str] = {}
    warnings: list[dict[str, object]] = []
    problems: list[InvalidProperty] = []
    normalise = call.at_least("2026-09") and call.portal.switches.normalise_dates
    for name, value in given.items():
        if isinstance(value, dict | list):
            raise Refusal.invalid_json(f"Cannot deserialize value of type `java.lang.String` for property {name}")
        definition = call.portal.store.definitions.property(object_type, name)
        outcome = (
            _unwritable(object_type, name, definition)
            or _unknown_owner(call, definition, value)
            or kept_value(cast("PropertySeed", definition), value, current=before.get(name), normalise_dates=normalise)
        )
        if isinstance(outcome, InvalidProperty):
            problems.append(outcome)
            continue
        if outcome.raw is not None:
            warnings.append(_warning(name, outcome))
        if not _moves_backwards(call, object_type, name, outcome.value, before):
            values[name] = outcome.value
    return values, warnings, problems


def _unwritable(object_type: ObjectType, name: str, definition: PropertySeed | None) -> InvalidProperty | None:
    if definition is None:
        return InvalidProperty(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.calculated or definition.read_only_value:
        message = f'"{name}" is a read only property; its value cannot be set.'
        return InvalidProperty(name, "READ_ONLY_VALUE", message)
    return None


def _unknown_owner(call: Call, definition: PropertySeed | None, value: object) -> InvalidProperty | None:
    if definition is None or definition.referenced_object_type != "OWNER" or value in {None, ""}:
        return None
    text = str(value)
    if text.isdigit() and int(text) in call.portal.store.definitions.owners:
        return None
    return InvalidProperty(definition.name, "INVALID_OWNER_ID", f"Owner {text} does not exist")


def _warning(name: str, kept: Kept) -> dict[str, object]:
    return {
        "category": "PROPERTY_VALUE_NORMALIZED",
        "message": f"The value of {name} was not at midnight UTC and was normalized to its day.",
        "context": {"propertyName": [name], "rawValue": [kept.raw], "normalizedValue": [kept.value]},
    }


def _moves_backwards(
    call: Call, object_type: ObjectType, name: str, value: str, before: Mapping[str, str | None]
) -> bool:
    """Tell whether a write would move a lifecycle stage back, which HubSpot silently does not do."""
    current = before.get(name)
    if name != "lifecyclestage" or not current or not value or not call.portal.switches.lifecycle_moves_forward_only:
        return False
    definition = call.portal.store.definitions.properties[object_type.name][name]
    order = {option.value: option.display_order for option in definition.options}
    return order.get(value, 0) < order.get(current, 0)


def _defaults(call: Call, object_type: ObjectType, values: Mapping[str, str]) -> dict[str, str]:
    """Return what HubSpot fills in on create (facts 5.2), of the properties that the account has."""
    portal = call.portal
    now = iso(portal.now_ms())
    found = {"hs_object_source": "INTEGRATION", "hs_object_source_label": "INTEGRATION"}
    created = portal.store.definitions.properties[object_type.name].get("createdate")
    if created is not None and not created.calculated:
        found["createdate"] = now
    if object_type.name in {"contacts", "companies"} and portal.switches.default_lifecyclestage:
        found["lifecyclestage"] = portal.switches.default_lifecyclestage
    pipelines = portal.store.definitions.pipelines.get(object_type.name)
    if object_type.pipeline is not None and pipelines:
        first = min(
            pipelines.values(), key=lambda pipeline: (pipeline.id not in {"default", "0"}, pipeline.display_order)
        )
        found[object_type.pipeline[0]] = first.id
        if object_type.name == "tickets" and values.get("hs_pipeline", first.id) == first.id:
            found["hs_pipeline_stage"] = first.stages[0].id
    if object_type.name == "deals" and portal.switches.closedate_on_create == "month_end":
        found["closedate"] = iso(_month_end_ms(portal.now_ms()))
    known = portal.store.definitions.properties[object_type.name]
    return {name: value for name, value in found.items() if name in known}


def _month_end_ms(now_ms: int) -> int:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    following = (now.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = following.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(milliseconds=1)
    return round(last.timestamp() * 1000)


def _stage_problems(
    call: Call, object_type: ObjectType, values: Mapping[str, str], before: Mapping[str, str | None]
) -> list[InvalidProperty]:
    """Return what is wrong with a stage that is not in the record's pipeline."""
    if object_type.pipeline is None or not values.keys() & set(object_type.pipeline):
        return []
    pipeline_name, stage_name = object_type.pipeline
    stage_id = values.get(stage_name, before.get(stage_name) or "")
    pipeline_id = values.get(pipeline_name) or before.get(pipeline_name) or ""
    pipeline = call.portal.store.definitions.pipelines.get(object_type.name, {}).get(pipeline_id)
    if not stage_id or pipeline is None:
        return []
    allowed = [stage.id for stage in pipeline.stages]
    if stage_id in allowed:
        return []
    message = f"{stage_id} was not one of the allowed options: [{', '.join(allowed)}] of pipeline {pipeline_id}"
    return [InvalidProperty(stage_name, "INVALID_OPTION", message)]


def _require(
    call: Call,
    object_type: ObjectType,
    values: Mapping[str, str],
    before: Mapping[str, str | None],
    record_id: int | None,
) -> None:
    """Refuse a record that lacks what every version asks for, or what 2026-09 enforces of the account's rules."""
    after = {**{name: value or "" for name, value in before.items()}, **values}
    switches = call.portal.switches
    missing = [name for name in object_type.required if not after.get(name)] if record_id is None else []
    if missing:
        message = f"Error creating {object_type.singular.upper()}. Some required properties were not set."
        raise Refusal.validation(message, code="REQUIRED_PROPERTIES_MISSING", context={"properties": missing})
    if not call.at_least("2026-09"):
        return
    errors: list[dict[str, object]] = []
    if record_id is None and switches.enforce_required_on_create:
        errors += [
            _missing("MISSING_REQUIRED_PROPERTY", name)
            for name in switches.required_on_create.get(object_type.name, ())
            if not after.get(name)
        ]
    errors += [
        _missing("MISSING_CONDITIONAL_REQUIRED_PROPERTY", rule.required)
        for rule in switches.conditional_rules
        if rule.object_type == object_type.name
        and after.get(rule.property) == rule.value
        and not after.get(rule.required)
    ]
    if errors:
        names = ", ".join(str(cast("dict[str, list[str]]", error["context"])["propertyName"][0]) for error in errors)
        raise Refusal.plain(400, f"Required properties are missing: {names}", "VALIDATION_ERROR", errors=errors)


def _missing(code: str, name: str) -> dict[str, object]:
    return {"message": f'Property "{name}" is required', "code": code, "context": {"propertyName": [name]}}


def _refuse_taken(call: Call, object_type: ObjectType, values: Mapping[str, str], record_id: int | None) -> None:
    definitions = call.portal.store.definitions.properties[object_type.name]
    for name, value in values.items():
        is_email = object_type.name == "contacts" and name == "email"
        if value == "" or not (is_email or definitions[name].has_unique_value):
            continue
        holder = find_by(call, object_type, name, value)
        if holder is None and is_email and not call.portal.switches.archived_email_is_free:
            holder = cast(
                "int | None",
                call.portal.store.value(f"SELECT _id FROM {table('a', object_type)} WHERE email = ?", (value,)),
            )
        if holder is None or holder == record_id:
            continue
        if is_email:
            raise Refusal.conflict(f"Contact already exists. Existing ID: {holder}")
        portal_id = call.portal.account.portal_id
        message = f"propertyName={name}, value={value} is already set on {holder}; {holder} already has that value."
        raise Refusal.invalid_properties([InvalidProperty(name, "CONFLICTING_UNIQUE_VALUE", message)], portal_id)


def _effects(
    call: Call, object_type: ObjectType, values: Mapping[str, str], before: Mapping[str, str | None]
) -> dict[str, str]:
    """Return what HubSpot itself sets because of a write: a close date on closing, a completion date on completing."""
    now = iso(call.portal.now_ms())
    definitions = call.portal.store.definitions
    if object_type.name == "deals" and call.portal.switches.closedate_on_close:
        stage = definitions.stages(object_type).get(values.get("dealstage", ""))
        moved = values.get("dealstage") != before.get("dealstage")
        return {"closedate": now} if stage is not None and moved and stage_state(stage[1]) != "open" else {}
    if object_type.name == "tickets" and "hs_pipeline_stage" in values:
        stage = definitions.stages(object_type).get(values["hs_pipeline_stage"])
        closed = stage is not None and stage[1].metadata.get("ticketState") == "CLOSED"
        return {"closed_date": now if closed else ""} if "closed_date" in definitions.properties["tickets"] else {}
    if object_type.name == "tasks" and "hs_task_status" in values:
        done = values["hs_task_status"] == "COMPLETED"
        return {"hs_task_is_completed": "true" if done else "false", "hs_task_completion_date": now if done else ""}
    return {}


def _lag(call: Call, object_type: ObjectType, record_id: int) -> None:
    if call.portal.switches.search_lag_ms > 0:
        until_ms = call.portal.now_ms() + call.portal.switches.search_lag_ms
        call.portal.store.keep_for_search(object_type, record_id, until_ms)
