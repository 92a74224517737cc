"""What stands after the mark of an address: filters, sort, columns, pages.

The filters of a type are those of the service's own request, made into parameters here, so that a filter that is added
there is one here as well.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Annotated, Any, get_type_hints

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.requests import (
    CompanyFilters,
    Compare,
    Condition,
    ContactFilters,
    DealFilters,
    Filters,
    Given,
    RecordFilters,
    SearchRequest,
)
from hubspot_skill.surfaces.rest.operations import Query

__all__ = [
    "Commas",
    "CompaniesQuery",
    "ContactsQuery",
    "DealsQuery",
    "ListQuery",
    "Many",
    "RecordQuery",
    "RecordsQuery",
    "Text",
    "condition_of",
]

MAX_TEXT = 300
MAX_MANY = 100
_SEVERAL = frozenset({Compare.IN, Compare.NOT_IN, Compare.BETWEEN})
_NONE = frozenset({Compare.HAS_VALUE, Compare.NO_VALUE})


def _few(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > MAX_MANY:
        raise ValueError(f"{len(values)} values, at most {MAX_MANY} are taken")
    return values


def _parted(values: object) -> object:
    if isinstance(values, tuple):
        return tuple(part.strip() for value in values for part in str(value).split(",") if part.strip())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - texts of the address
    return values


Text = Annotated[str, Field(max_length=MAX_TEXT)]
Many = Annotated[tuple[Text, ...], AfterValidator(_few)]
"""A parameter that may be given several times."""
Commas = Annotated[
    tuple[Text, ...], BeforeValidator(_parted), AfterValidator(_few), Field(json_schema_extra={"explode": False})
]
"""A parameter of several names with commas between."""

_SAID = {
    "email": "An address, or a pattern such as `*@acme.com`.",
    "owner": "A name, email or id; `me`, or `nobody`.",
    "company": "A company's name, domain or id; `none` for those without.",
    "contact": "A contact's email, name or id.",
    "deal": "A deal's name or id.",
    "created": "A day or a period: `today`, `last 30 days`, `2026-10`, `2026-01-01..2026-03-31`.",
    "modified": "As `created`.",
    "last_contacted": "As `created`, or `never`.",
    "close_date": "As `created`; also `this quarter`, `next 30 days`.",
    "stage": "A stage's name or id.",
    "pipeline": "A pipeline's name or id.",
    "status": "By the meaning of the stage.",
    "amount_min": "In the deal's own currency, this amount included.",
    "amount_max": "In the deal's own currency, this amount included.",
}


class ListQuery(Query):
    """What every list takes besides the filters of its type. Values of one filter are alternatives; filters all hold."""

    q: Text = Field(default="", description="Words in the main text fields.")
    where: Many = Field(
        default=(),
        description="A condition on any property, `property:compare:value`, such as `amount:gte:1000`. Compares: "
        + ", ".join(f"`{c}`" for c in Compare)
        + ". Values of `between`, `in` and `not_in` have commas between.",
        examples=[["amount:gte:1000"]],
    )
    sort: Commas = Field(
        default=(),
        description="Properties to sort by, with `-` before one for the largest first. Several need the local mirror.",
        examples=[["-amount"]],
    )
    fields: Commas = Field(
        default=(), description="Properties to give, by internal name or label.", examples=[["dealname", "amount"]]
    )
    limit: int = Field(default=20, ge=1, le=100, description="Records a page.")
    cursor: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description="`next` of the page before, with all else unchanged."
    )
    count_only: bool = Field(default=False, description="Give only how many there are.")

    def request(self, type_name: str, filters: type[Filters]) -> SearchRequest:
        """Give the search that the service makes."""
        return SearchRequest(
            type=type_name,
            filters=self.filters(filters),
            where=tuple(condition_of(text) for text in self.where),
            text=self.q,
            sort=self.sort[0] if self.sort else "",
            fields=self.fields,
            limit=self.limit,
            cursor=self.cursor,
            count_only=self.count_only,
        )

    def filters(self, kind: type[Filters]) -> Filters:
        """Give the filters of a type that the address holds."""
        given: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(kind) if f.name in self.model_fields_set}
        return kind(**given)


def condition_of(text: str) -> Condition:
    """Read `property:compare:value`.

    Raises:
        InvalidInputError: it has another form.
    """
    name, _, rest = text.partition(":")
    word, has_value, value = rest.partition(":")
    try:
        compare = Compare(word.strip().casefold())
    except ValueError:
        raise InvalidInputError(
            f'parameter "where" is "{text[:60]}": expected property:compare:value with one of {", ".join(Compare)}',
            field="where",
        ) from None
    if not name.strip() or bool(has_value) is (compare in _NONE):
        raise InvalidInputError(
            f'parameter "where" is "{text[:60]}": expected {"property:" + compare if compare in _NONE else "a property, a compare and a value"}',
            field="where",
        )
    found: Given = tuple(part.strip() for part in value.split(",")) if compare in _SEVERAL else value
    return Condition(name.strip(), compare, None if compare in _NONE else found)


def _filters_query(name: str, filters: type[Filters]) -> type[ListQuery]:
    """Make the query of a type's list out of its filters."""
    kinds = get_type_hints(filters)
    made: dict[str, Any] = {}
    for f in fields(filters):
        kind = kinds[f.name]
        taken = Many if kind == tuple[str, ...] else Text if kind is str else kind
        if kind == Decimal | None:
            taken = Annotated[Decimal | None, Field(json_schema_extra=_as_number)]
        made[f.name] = (taken, Field(default=f.default, description=_SAID.get(f.name)))
    return create_model(name, __base__=ListQuery, __module__=__name__, __doc__=f"What {name} takes.", **made)


def _as_number(schema: dict[str, Any]) -> None:
    schema.pop("anyOf", None)
    schema["type"] = "number"


ContactsQuery = _filters_query("ContactsQuery", ContactFilters)
CompaniesQuery = _filters_query("CompaniesQuery", CompanyFilters)
DealsQuery = _filters_query("DealsQuery", DealFilters)
RecordsQuery = _filters_query("RecordsQuery", RecordFilters)


class RecordQuery(Query):
    """What to tell of one record."""

    fields: Commas = Field(default=(), description="Properties to give; without it those that matter for the type.")
    associations: Commas = Field(
        default=(), description="Object types whose linked records to give.", examples=[["companies", "deals"]]
    )
    history: Commas = Field(default=(), description="Properties whose past values to give.", examples=[["dealstage"]])
