"""Properties that the generated accounts made themselves, some of them with values in no record, as in real accounts."""

from dataclasses import replace

from hubspot_skill.sandbox.catalogue.kinds import checkboxes, choice, custom, day, flag, group, number, options, text
from hubspot_skill.sandbox.seed import PropertySeed

__all__ = ["OWN_NUMBERS", "own_properties"]

OWN_NUMBERS = {"demo": ("billing_number", "order_number"), "nordwind": ("kundennummer", "auftragsnummer")}
"""The unique properties of companies that are customers, and of deals that were won, by portal."""


def own_properties(portal: str) -> dict[str, list[PropertySeed]]:
    """Return the account's own properties, by object type."""
    return _DEMO if portal == "demo" else _NORDWIND


def _unique(name: str, label: str, description: str) -> PropertySeed:
    return replace(text(name, label, description), has_unique_value=True)


_DEMO = {
    "contacts": group(
        "contactinformation",
        *custom(
            choice(
                "preferred_channel",
                "Preferred channel",
                options(("email", "Email"), ("phone", "Phone"), ("chat", "Chat")),
            ),
            checkboxes(
                "interests",
                "Interests",
                options(("reporting", "Reporting"), ("automation", "Automation"), ("security", "Security")),
            ),
        ),
    ),
    "companies": group(
        "companyinformation",
        *custom(
            choice(
                "account_tier", "Account tier", options(("gold", "Gold"), ("silver", "Silver"), ("bronze", "Bronze"))
            ),
            _unique("billing_number", "Billing number", "The company's number in the billing system."),
        ),
    ),
    "deals": group(
        "dealinformation",
        *custom(
            choice(
                "product_line",
                "Product line",
                options(("platform", "Platform"), ("analytics", "Analytics"), ("services", "Services")),
            ),
            number("contract_months", "Contract term in months"),
            _unique("order_number", "Order number", "The deal's number in the order system."),
        ),
    ),
}

_NORDWIND = {
    "contacts": group("contactinformation", *custom(flag("messe_kontakt", "Messekontakt"))),
    "companies": group(
        "companyinformation", *custom(_unique("kundennummer", "Kundennummer", "Nummer in der Buchhaltung."))
    ),
    "deals": group(
        "dealinformation",
        *custom(
            choice("lieferart", "Lieferart", options(("ab_werk", "Ab Werk"), ("frei_haus", "Frei Haus"))),
            day("liefertermin", "Liefertermin"),
            _unique("auftragsnummer", "Auftragsnummer", "Nummer im ERP-System."),
        ),
    ),
}
