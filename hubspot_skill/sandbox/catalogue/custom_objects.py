"""The two custom object types that the generated accounts have: subscriptions, and installed machines."""

from hubspot_skill.sandbox.catalogue.kinds import (
    amount,
    choice,
    computed,
    custom,
    day,
    group,
    moment,
    number,
    options,
    owner,
    text,
)
from hubspot_skill.sandbox.seed import CustomSchemaSeed, PropertyGroupSeed, PropertySeed

__all__ = [
    "CUSTOM_GROUPS",
    "MACHINES",
    "SUBSCRIPTIONS",
    "machine_properties",
    "machine_schema",
    "subscription_properties",
    "subscription_schema",
]

SUBSCRIPTIONS = "2-21840117"
MACHINES = "2-145508263"

CUSTOM_GROUPS = {
    SUBSCRIPTIONS: [PropertyGroupSeed("subscription_information", "Subscription information", 0)],
    MACHINES: [PropertyGroupSeed("machine_information", "Machine information", 0)],
}


def _system() -> list[PropertySeed]:
    return [
        owner("hubspot_owner_id", "Owner"),
        *computed(
            number("hs_object_id", "Record ID"),
            moment("hs_createdate", "Object create date/time"),
            moment("hs_lastmodifieddate", "Object last modified date/time"),
        ),
    ]


def subscription_properties(currencies: tuple[str, ...]) -> list[PropertySeed]:
    """Return the properties of a subscription: who pays what for which plan until when."""
    own = custom(
        text("subscription_name", "Subscription name"),
        text("contract_number", "Contract number"),
        choice(
            "plan",
            "Plan",
            options(("starter", "Starter"), ("team", "Team"), ("business", "Business"), ("enterprise", "Enterprise")),
        ),
        choice(
            "status",
            "Status",
            options(("trial", "Trial"), ("active", "Active"), ("past_due", "Past due"), ("cancelled", "Cancelled")),
        ),
        number("seats", "Seats"),
        amount("monthly_fee", "Monthly fee", currency="fee_currency"),
        choice("fee_currency", "Fee currency", options(*currencies)),
        day("started_on", "Started on"),
        day("renews_on", "Renews on"),
    )
    return group("subscription_information", *own, *_system())


def machine_properties() -> list[PropertySeed]:
    """Return the properties of a machine that stands at a customer's."""
    own = custom(
        text("machine_name", "Machine"),
        text("serial_number", "Serial number"),
        choice("model", "Model", options("NW 200", "NW 400", "NW 400 XL", "NW 900")),
        choice(
            "status",
            "Status",
            options(("installed", "Installed"), ("maintenance", "In maintenance"), ("retired", "Retired")),
        ),
        day("installed_on", "Installed on"),
        day("next_service_on", "Next service on"),
        number("operating_hours", "Operating hours"),
    )
    return group("machine_information", *own, *_system())


def subscription_schema(portal_id: int, created_ms: int) -> CustomSchemaSeed:
    """Return the schema of subscriptions."""
    return CustomSchemaSeed(
        SUBSCRIPTIONS,
        "subscriptions",
        f"p{portal_id}_subscriptions",
        "Subscription",
        "Subscriptions",
        "subscription_name",
        ("plan", "status"),
        ("subscription_name",),
        ("subscription_name", "contract_number", "plan"),
        ("contacts", "companies", "deals", "tickets"),
        created_ms,
        created_ms,
        "A running contract: plan, seats, fee and renewal.",
    )


def machine_schema(portal_id: int, created_ms: int) -> CustomSchemaSeed:
    """Return the schema of machines."""
    return CustomSchemaSeed(
        MACHINES,
        "machines",
        f"p{portal_id}_machines",
        "Machine",
        "Machines",
        "machine_name",
        ("model", "status"),
        ("machine_name", "serial_number"),
        ("machine_name", "serial_number", "model"),
        ("contacts", "companies", "deals", "tickets"),
        created_ms,
        created_ms,
        "A machine that stands at a customer's.",
    )
