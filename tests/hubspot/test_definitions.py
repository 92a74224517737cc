"""Properties, groups, pipelines and stages are made, changed and taken away against the running sandbox."""

from dataclasses import replace

import pytest

from hubspot_skill.domain.errors import AlreadyExistsError, NotFoundError, RejectedValueError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, TICKETS, PropertyName
from hubspot_skill.domain.schema import Option, Pipeline, Property, PropertyGroup, PropertyType, Stage
from hubspot_skill.domain.writes import Change, Link
from hubspot_skill.hubspot.client import HubSpot
from tests.hubspot.conftest import ACME, ADA, GLOBEX, GRACE, RENEWAL
from tests.sandbox_fixture import Served

SEGMENT = Property(
    PropertyName("segment"),
    "Segment",
    PropertyType.ENUMERATION,
    "select",
    "companyinformation",
    "How big they are",
    (Option("s", "Small"), Option("l", "Large", description="over 250")),
)


async def test_a_property_is_made_changed_put_away_and_brought_back_with_its_values(hubspot: HubSpot) -> None:
    made = await hubspot.schema.create_property(COMPANIES, SEGMENT)
    assert made == replace(SEGMENT, is_custom=True)
    await hubspot.objects.update(Change(COMPANIES, ACME, {SEGMENT.name: "l"}))
    with pytest.raises(AlreadyExistsError):
        await hubspot.schema.create_property(COMPANIES, SEGMENT)

    more = (*SEGMENT.options, Option("m", "Medium", hidden=True))
    changed = await hubspot.schema.update_property(COMPANIES, SEGMENT.name, label="Size", options=more)
    assert (changed.label, changed.options, changed.description) == ("Size", more, SEGMENT.description)

    await hubspot.schema.archive_property(COMPANIES, SEGMENT.name)
    await hubspot.schema.archive_property(COMPANIES, SEGMENT.name)
    with pytest.raises(NotFoundError):
        await hubspot.schema.property(COMPANIES, SEGMENT.name)
    await hubspot.schema.create_property(COMPANIES, SEGMENT)
    assert await hubspot.schema.property(COMPANIES, SEGMENT.name) == made
    acme = await hubspot.objects.read(COMPANIES, ACME, properties=[SEGMENT])
    assert acme.properties[SEGMENT.name] == "l"


async def test_an_eleventh_unique_property_is_refused_with_hubspots_words(hubspot: HubSpot) -> None:
    def unique(number: int) -> Property:
        name = PropertyName(f"key_{number}")
        return Property(name, name, PropertyType.STRING, "text", "companyinformation", is_unique=True)

    present = sum(prop.is_unique for prop in await hubspot.schema.properties(COMPANIES))
    for number in range(10 - present):
        assert (await hubspot.schema.create_property(COMPANIES, unique(number))).is_unique
    with pytest.raises(RejectedValueError, match="10 properties with unique values"):
        await hubspot.schema.create_property(COMPANIES, unique(99))


async def test_a_group_is_made_renamed_and_only_taken_away_when_it_is_empty(hubspot: HubSpot) -> None:
    group = PropertyGroup("billing", "Billing", 3)
    assert await hubspot.schema.create_group(CONTACTS, group) == group
    renamed = replace(group, label="Invoices")
    assert await hubspot.schema.update_group(CONTACTS, renamed) == renamed
    assert renamed in await hubspot.schema.groups(CONTACTS)
    await hubspot.schema.create_property(CONTACTS, replace(SEGMENT, group="billing"))
    with pytest.raises(RejectedValueError, match="active properties"):
        await hubspot.schema.delete_group(CONTACTS, "billing")
    await hubspot.schema.archive_property(CONTACTS, "segment")
    await hubspot.schema.delete_group(CONTACTS, "billing")
    assert renamed not in await hubspot.schema.groups(CONTACTS)


async def test_a_pipeline_and_its_stages_are_made_changed_and_taken_away_unless_in_use(hubspot: HubSpot) -> None:
    stages = (Stage("", "First", 0, is_closed=False, probability=0.1), Stage("", "Won", 1, True, 1.0))
    made = await hubspot.schema.create_pipeline(DEALS, Pipeline("", "Partners", 5, stages))
    assert [(s.label, s.probability, s.is_won) for s in made.stages] == [("First", 0.1, False), ("Won", 1.0, True)]
    lost = await hubspot.schema.create_stage(DEALS, made.id, Stage("", "Lost", 2, is_closed=True, probability=0.0))
    moved = await hubspot.schema.update_stage(DEALS, made.id, replace(lost, label="Gone", order=9))
    assert (moved.label, moved.order, moved.is_lost) == ("Gone", 9, True)
    assert (await hubspot.schema.update_pipeline(DEALS, made.id, label="Channel", order=7)).label == "Channel"

    in_use = {PropertyName("pipeline"): made.id, PropertyName("dealstage"): moved.id}
    await hubspot.objects.update(Change(DEALS, RENEWAL, in_use))
    with pytest.raises(RejectedValueError, match="in use"):
        await hubspot.schema.delete_stage(DEALS, made.id, moved.id)
    with pytest.raises(RejectedValueError, match="in use"):
        await hubspot.schema.delete_pipeline(DEALS, made.id)
    away = {PropertyName("pipeline"): "default", PropertyName("dealstage"): "closedwon"}
    await hubspot.objects.update(Change(DEALS, RENEWAL, away))
    await hubspot.schema.delete_stage(DEALS, made.id, moved.id)
    await hubspot.schema.delete_pipeline(DEALS, made.id)
    assert made.id not in [p.id for p in await hubspot.schema.pipelines(DEALS)]


async def test_a_ticket_stage_is_open_or_closed_without_a_probability(hubspot: HubSpot) -> None:
    first, *_ = await hubspot.schema.pipelines(TICKETS)
    made = await hubspot.schema.create_stage(TICKETS, first.id, Stage("", "Archived", 9, is_closed=True))
    assert (made.is_closed, made.probability) == (True, None)


async def test_many_links_are_removed_in_one_request_of_each_kind(hubspot: HubSpot, served: Served) -> None:
    links = [Link(CONTACTS, GRACE, COMPANIES, ACME), Link(CONTACTS, GRACE, COMPANIES, GLOBEX)]
    labels = await hubspot.associations.labels(CONTACTS, COMPANIES)
    (advisor,) = [label.type for label in labels if label.label == "Advisor"]
    labelled = Link(CONTACTS, ADA, COMPANIES, GLOBEX, (advisor,))
    await hubspot.associations.link_many([*links, labelled])
    served.sandbox.traffic.clear()

    outcome = await hubspot.associations.unlink_many([*links, labelled, Link(CONTACTS, ADA, COMPANIES, ACME)])

    assert [item.index for item in outcome.done] == [0, 1, 2, 3]
    assert served.sandbox.traffic.total == 2
    left = await hubspot.associations.of_many(CONTACTS, [ADA, GRACE], COMPANIES)
    kinds = {link.to_id: link.types for page in left.values() for link in page.links}
    assert ACME not in kinds
    assert advisor not in kinds.get(GLOBEX, ())
