"""Properties that the generated accounts made themselves, and their values; some have none anywhere, as in real accounts."""

from dataclasses import replace

from hubspot_skill.sandbox.catalogue.kinds import checkboxes, choice, custom, day, flag, group, number, options, text
from hubspot_skill.sandbox.seed import PropertySeed

__all__ = ["OWN_NUMBERS", "own_company_values", "own_deal_values", "own_properties"]

OWN_NUMBERS = {"demo": ("billing_number", "order_number"), "nordwind": ("kundennummer", "auftragsnummer")}
"""The unique properties of companies that are customers, and of deals that were won, by portal."""


def own_properties(portal: str) -> dict[str, list[PropertySeed]]:
    """Return the account's own properties, by object type."""
    return _DEMO if portal == "demo" else _NORDWIND


def own_company_values(portal: str, index: int, *, customer: bool) -> dict[str, str]:
    """Return a company's values of the account's own properties; only customers have any."""
    if not customer:
        return {}
    number = {OWN_NUMBERS[portal][0]: f"{20_000 + index}"}
    return {**number, "account_tier": ("gold", "silver", "silver", "bronze")[index % 4]} if portal == "demo" else number


def own_deal_values(portal: str, index: int, amount: str, *, won: bool) -> dict[str, str]:
    """Return a deal's values of the account's own properties, and the recurring revenue of a subscription that was won."""
    number = {OWN_NUMBERS[portal][1]: f"{portal[:2].upper()}-{40_000 + index}"} if won else {}
    if portal != "demo":
        return {**number, "lieferart": ("ab_werk", "frei_haus", "")[index * 7 % 11 % 3]}
    line = ("platform", "analytics", "services")[index * 7 % 11 % 3]
    if not won or not amount or line == "services":
        return {**number, "product_line": line}
    months = (12, 12, 24, 36)[index % 4]
    monthly = round(float(amount) / months, 2)
    yearly = f"{monthly * 12:.2f}"
    return {
        **number,
        "product_line": line,
        "contract_months": str(months),
        "hs_tcv": amount,
        "hs_mrr": f"{monthly:.2f}",
        "hs_arr": yearly,
        "hs_acv": yearly,
    }


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
