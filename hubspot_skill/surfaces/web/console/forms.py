"""Forms of records: which fields, how each is typed, what is wrong with what was typed, and the write.

Everything that is wrong is told at once, though the use case tells the first: what is refused is tried again without the
field that was refused, as a dry run that writes nothing, until nothing more is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    CallerError,
    InvalidInputError,
    PossibleDuplicateError,
    RejectedValueError,
    UnknownNameError,
)
from hubspot_skill.service.answers import WriteAnswer
from hubspot_skill.service.requests import CreateRequest, Given, LinkTo, UpdateRequest
from hubspot_skill.service.shape import Choice, FieldShape, Shape
from hubspot_skill.surfaces.web.console.desk import Here
from hubspot_skill.surfaces.web.console.kinds import Kind

__all__ = ["COMPANY", "FormField", "Sent", "create_sent", "field_of", "fields_of", "update_sent"]

_KINDS = {"text": "text", "number": "text", "money": "text", "date": "date", "datetime": "datetime-local"}
_MODES = {"number": "decimal", "money": "decimal"}
_MOST_ERRORS = 8
COMPANY = "link_company"
"""The field of a form that names a company to link, not a property."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: `kind` is an input's type, or select, checks, textarea; `mode` the keyboard of a phone."""

    name: str
    label: str
    kind: str
    options: tuple[Choice, ...] = ()
    required: bool = False
    hint: str = ""
    mode: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a sent form: the answer, or what is wrong by field ("" for the whole form), and records alike."""

    answer: WriteAnswer | None = None
    errors: Mapping[str, str] | None = None
    alike: tuple[tuple[str, str, str], ...] = ()
    may_insist: bool = False


def field_of(field: FieldShape, shape: Shape, *, required: bool = False) -> FormField:
    """Give a property as a field of a form."""
    if field.name == shape.stage_field:
        return FormField(field.name, field.label, "select", _stages(shape), required)
    if field.name == shape.pipeline_field:
        return FormField(field.name, field.label, "select", tuple(Choice(p.id, p.label) for p in shape.pipelines), required)  # fmt: skip
    if field.type == "options":
        return FormField(field.name, field.label, "checks", field.choices, required)
    if field.type == "bool":
        return FormField(field.name, field.label, "select", (Choice("true", "Yes"), Choice("false", "No")), required)
    if field.choices:
        return FormField(field.name, field.label, "select", field.choices, required)
    if field.is_long:
        return FormField(field.name, field.label, "textarea", (), required)
    kind = {"email": "email", "phone": "tel", "mobilephone": "tel"}.get(field.name, _KINDS.get(field.type, "text"))
    is_money = shape.type == "deals" and field.name == "amount"
    hint = f"In {shape.currency} unless the deal has another currency." if is_money else ""
    return FormField(field.name, field.label, kind, (), required, hint, _MODES.get(field.type, ""))


def fields_of(kind: Kind, shape: Shape, *, is_new: bool) -> list[FormField]:
    """Give the fields of a kind's form, those that the account has and that may be written."""
    found: list[FormField] = []
    for name in kind.form:
        field = shape.field(name)
        if field is None or field.why_locked or (name == shape.pipeline_field):
            continue
        found.append(field_of(field, shape, required=name in kind.required))
    if is_new and kind.key in {"contacts", "deals"}:
        hint = "Name or domain of a company that is there already."
        found.insert(-1, FormField(COMPANY, "Company to link", "text", hint=hint))
    return found


async def create_sent(here: Here, kind: Kind, shape: Shape, form: Mapping[str, str], *, is_dry: bool = False) -> Sent:
    """Create a record from a sent form."""
    fields = fields_of(kind, shape, is_new=True)
    values = {f.name: form[f.name].strip() for f in fields if form.get(f.name, "").strip() and f.name != COMPANY}
    company = form.get(COMPANY, "").strip()
    request = CreateRequest(
        type=kind.key,
        properties=values,
        links=(LinkTo(type="companies", record=company),) if company else (),
        allow_duplicate=form.get("anyway") == "1",
        dry_run=is_dry,
    )
    errors = {} if is_dry else _missing(fields, form)

    def tried(gone: frozenset[str]) -> Awaitable[WriteAnswer]:
        return here.crm.create(_trial_of(request, gone))

    if errors:
        return Sent(errors={**await _all_wrong(tried, shape), **errors})
    try:
        return Sent(answer=await here.crm.create(request))
    except (AlreadyExistsError, PossibleDuplicateError) as error:
        found = tuple((c.id, c.label, c.detail) for c in error.candidates)
        if isinstance(error, AlreadyExistsError) and not found and error.existing_id:
            found = ((error.existing_id, f"{kind.singular} {error.existing_id}", ""),)
        return Sent(errors={"": _sentence(error)}, alike=found, may_insist=isinstance(error, PossibleDuplicateError))
    except (InvalidInputError, UnknownNameError, AmbiguousNameError, RejectedValueError) as error:
        if is_dry:
            return Sent()
        wrong = await _all_wrong(tried, shape)
        return Sent(errors=wrong or {"": _sentence(error)})


async def update_sent(
    here: Here, kind: Kind, shape: Shape, id: str, values: Mapping[str, str], was: Mapping[str, str]
) -> Sent:
    """Change a record's values where they are still what they were when the form was made."""
    properties: dict[str, Given] = dict(values)
    stage = values.get(shape.stage_field, "") if shape.stage_field else ""
    if stage:
        properties[shape.pipeline_field] = next(p.id for p in shape.pipelines if any(s.id == stage for s in p.stages))
    request = UpdateRequest(type=kind.key, record=id, properties=properties, only_if=dict(was))
    try:
        answer = await here.crm.update(request)
        if stage:
            here.desk.moves.note(here.account, id, stage)
        return Sent(answer=answer)
    except (InvalidInputError, UnknownNameError, AmbiguousNameError, RejectedValueError) as error:

        def tried(gone: frozenset[str]) -> Awaitable[WriteAnswer]:
            left = {name: value for name, value in properties.items() if name not in gone}
            return here.crm.update(replace(request, properties=left, only_if={}, dry_run=True))

        wrong = await _all_wrong(tried, shape)
        return Sent(errors=wrong or {"": _sentence(error)})


def _trial_of(request: CreateRequest, gone: frozenset[str]) -> CreateRequest:
    """Give a create as a dry run without what was refused; a record alike is no matter there."""
    return replace(
        request,
        properties={name: value for name, value in request.properties.items() if name not in gone},
        links=() if COMPANY in gone else request.links,
        allow_duplicate=True,
        dry_run=True,
    )


async def _all_wrong(tried: Callable[[frozenset[str]], Awaitable[WriteAnswer]], shape: Shape) -> dict[str, str]:
    """Give what is refused, by field, by trying without what was refused before."""
    errors: dict[str, str] = {}
    gone: frozenset[str] = frozenset()
    for _ in range(_MOST_ERRORS):
        try:
            await tried(gone)
        except AlreadyExistsError:
            break
        except CallerError as error:
            name = _field_named(error, shape)
            if name in gone or (not name and "" in errors):
                break
            errors[name] = _sentence(error)
            if not name:
                break
            gone |= {name}
        else:
            break
    return errors


def _field_named(error: CallerError, shape: Shape) -> str:
    name = getattr(error, "field", "") or getattr(error, "property", "")
    if shape.field(name) is not None:
        return name
    return COMPANY if "compan" in error.message and isinstance(error, UnknownNameError | AmbiguousNameError) else ""


def _missing(fields: Sequence[FormField], form: Mapping[str, str]) -> dict[str, str]:
    return {f.name: f"Enter {_a(f.label)}" for f in fields if f.required and not form.get(f.name, "").strip()}


def _a(label: str) -> str:
    word = " ".join(part if part.isupper() else part.lower() for part in label.split())
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


def _sentence(error: CallerError) -> str:
    told = f"{error.message[:1].upper()}{error.message[1:]}"
    return f"{told}. {error.hint}" if error.hint and "hubspot_" not in error.hint else told


def _stages(shape: Shape) -> tuple[Choice, ...]:
    many = len(shape.pipelines) > 1
    return tuple(Choice(s.id, f"{p.label} · {s.label}" if many else s.label) for p in shape.pipelines for s in p.stages)
