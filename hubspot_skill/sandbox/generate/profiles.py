"""The two portals that can be generated, as facts: who they are, what they sell, in which money, and through which pipelines.

They differ in currency, zone, data centre, pipelines, products bought, custom object and language, so that a mix-up of
two accounts shows; their record ids come from the same ranges for the same reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubspot_skill.sandbox.catalogue.custom_objects import MACHINES, SUBSCRIPTIONS
from hubspot_skill.sandbox.generate import words
from hubspot_skill.sandbox.generate.draw import slug, spread

__all__ = ["DEMO", "NORDWIND", "PROFILES", "Motion", "Person", "Profile"]


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the account; `skill` shifts the share of deals won, `since` and `until` are days before now."""

    id: int
    user_id: int
    first_name: str
    last_name: str
    team: str
    skill: float = 0.0
    since: int = 1_500
    until: int | None = None

    def email(self, domain: str) -> str:
        """Return the user's address on the account's domain."""
        return f"{slug(self.first_name)}.{slug(self.last_name)}@{domain}"


@dataclass(frozen=True, slots=True)
class Motion:
    """One deal pipeline and how deals run through it: usual days to close, share won."""

    pipeline_id: str
    label: str
    stages: tuple[tuple[str, str, str], ...]
    cycle_days: float
    win_share: float
    names: tuple[str, ...]
    dealtype: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One account before its records."""

    name: str
    company: str
    portal_id: int
    web_domain: str
    time_zone: str
    utc_offset_hours: int
    currency: str
    rates: Mapping[str, tuple[str, str]]
    """Worth of one unit in the account's currency: over a year ago, and since then."""
    hublet: str
    ui_domain: str
    products: frozenset[str]
    user: int
    people: tuple[Person, ...]
    teams: Mapping[str, str]
    motions: tuple[Motion, ...]
    ticket_stages: tuple[tuple[str, str, str], ...]
    ticket_pipeline: tuple[str, str]
    custom_type: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    company_starts: tuple[str, ...]
    company_ends: tuple[tuple[str, str], ...]
    company_forms: tuple[str, ...]
    cities: tuple[tuple[str, str, str, str, str], ...]
    languages: tuple[str, ...]
    country_currency: Mapping[str, str]
    amount_factor: float
    mail_domain: str
    first_slugs: tuple[str, ...] = field(init=False)
    last_slugs: tuple[str, ...] = field(init=False)
    start_slugs: tuple[str, ...] = field(init=False)
    end_slugs: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the names for addresses once."""
        object.__setattr__(self, "first_slugs", tuple(slug(name) for name in self.first_names))
        object.__setattr__(self, "last_slugs", tuple(slug(name) for name in self.last_names))
        object.__setattr__(self, "start_slugs", tuple(slug(word) for word in self.company_starts))
        object.__setattr__(self, "end_slugs", tuple(slug(word) for word, _ in self.company_ends))


DEMO = Profile(
    name="demo",
    company="Brightwater Software",
    portal_id=24_601_337,
    web_domain="brightwater.example",
    time_zone="America/New_York",
    utc_offset_hours=-5,
    currency="USD",
    rates={"EUR": ("1.08", "1.12"), "GBP": ("1.26", "1.31"), "CAD": ("0.74", "0.72")},
    hublet="na1",
    ui_domain="app.hubspot.com",
    products=frozenset({"marketing_pro", "sales_pro", "service_pro", "enterprise"}),
    user=71_000_101,
    people=(
        Person(412_001, 71_000_101, "Dana", "Whitfield", "enterprise", 0.10),
        Person(412_002, 71_000_102, "Marcus", "Lindqvist", "enterprise", 0.04),
        Person(412_003, 71_000_103, "Priya", "Raman", "enterprise", 0.08),
        Person(412_004, 71_000_104, "Alex", "Morgan", "mid_market", 0.00),
        Person(412_005, 71_000_105, "Alex", "Duarte", "mid_market", -0.06, since=600),
        Person(412_006, 71_000_106, "Joan", "Castellano", "mid_market", 0.02),
        Person(412_007, 71_000_107, "Kenji", "Harada", "mid_market", -0.04, since=420),
        Person(412_008, 71_000_108, "Ruth", "Osei", "renewals", 0.05),
        Person(412_009, 71_000_109, "Theo", "Blackwell", "renewals", -0.02),
        Person(412_010, 71_000_110, "Nadia", "Farrell", "renewals", 0.00, since=300),
        Person(412_011, 71_000_111, "Grant", "Hobbs", "mid_market", -0.10, until=240),
        Person(412_012, 71_000_112, "Selena", "Ortega", "enterprise", 0.03, until=75),
    ),
    teams={"enterprise": "Enterprise", "mid_market": "Mid-Market", "renewals": "Renewals"},
    motions=(
        Motion(
            "default",
            "Sales Pipeline",
            (
                ("appointmentscheduled", "Appointment Scheduled", "0.2"),
                ("qualifiedtobuy", "Qualified To Buy", "0.4"),
                ("presentationscheduled", "Presentation Scheduled", "0.6"),
                ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
                ("contractsent", "Contract Sent", "0.9"),
                ("closedwon", "Closed Won", "1.0"),
                ("closedlost", "Closed Lost", "0.0"),
            ),
            58.0,
            0.34,
            (
                "Platform rollout",
                "Analytics pilot",
                "Team plan",
                "Data migration",
                "Enterprise plan",
                "Expansion",
                "Support plan",
                "New site",
            ),
            "newbusiness",
        ),
        Motion(
            "48120377",
            "Renewals",
            (
                ("98120041", "Renewal Due", "0.5"),
                ("98120042", "In Conversation", "0.7"),
                ("98120043", "Contract Sent", "0.9"),
                ("98120044", "Renewed", "1.0"),
                ("98120045", "Churned", "0.0"),
            ),
            34.0,
            0.81,
            ("Renewal {year}", "Renewal {year}", "Renewal and upgrade {year}"),
            "existingbusiness",
        ),
    ),
    ticket_stages=(
        ("1", "New", "OPEN"),
        ("2", "Waiting on contact", "OPEN"),
        ("3", "Waiting on us", "OPEN"),
        ("4", "Closed", "CLOSED"),
    ),
    ticket_pipeline=("0", "Support Pipeline"),
    custom_type=SUBSCRIPTIONS,
    first_names=tuple(words.US_FIRST_NAMES.split()),
    last_names=tuple(words.US_LAST_NAMES.split()),
    company_starts=tuple(words.US_COMPANY_STARTS.split()),
    company_ends=words.US_COMPANY_ENDS,
    company_forms=spread({"": 12, "Inc.": 4, "LLC": 3, "Group": 1}),
    cities=words.US_CITIES,
    languages=spread({"en": 9, "es": 1}),
    country_currency={"United Kingdom": "GBP", "Ireland": "EUR", "Canada": "CAD"},
    amount_factor=1.0,
    mail_domain="postbox.example",
)

NORDWIND = Profile(
    name="nordwind",
    company="Nordwind Anlagen GmbH",
    portal_id=139_204_881,
    web_domain="nordwind-anlagen.example",
    time_zone="Europe/Berlin",
    utc_offset_hours=1,
    currency="EUR",
    rates={"USD": ("0.93", "0.89"), "CHF": ("1.03", "1.06"), "PLN": ("0.22", "0.23")},
    hublet="eu1",
    ui_domain="app-eu1.hubspot.com",
    products=frozenset({"sales_pro", "service_pro", "enterprise"}),
    user=88_300_201,
    people=(
        Person(1_204_501, 88_300_201, "Henriette", "Voß", "nord", 0.08),
        Person(1_204_502, 88_300_202, "Jürgen", "Weiß", "nord", -0.02),
        Person(1_204_503, 88_300_203, "Zeynep", "Aydın", "nord", 0.05),
        Person(1_204_504, 88_300_204, "Matthias", "Köhler", "sued", 0.00),
        Person(1_204_505, 88_300_205, "Anna", "Kowalczyk", "sued", 0.06, since=500),
        Person(1_204_506, 88_300_206, "Thomas", "Müller", "sued", -0.05),
        Person(1_204_507, 88_300_207, "Thomas", "Mueller", "service", 0.02, since=380),
        Person(1_204_508, 88_300_208, "Swantje", "Petersen", "service", 0.04),
        Person(1_204_509, 88_300_209, "Ole", "Rasmussen", "nord", -0.08, until=160),
    ),
    teams={"nord": "Vertrieb Nord", "sued": "Vertrieb Süd", "service": "Service"},
    motions=(
        Motion(
            "1900455021",
            "Neuanlagen",
            (
                ("3190022101", "Anfrage", "0.1"),
                ("3190022102", "Bedarf geklärt", "0.25"),
                ("3190022103", "Angebot", "0.5"),
                ("3190022104", "Verhandlung", "0.75"),
                ("3190022105", "Gewonnen", "1.0"),
                ("3190022106", "Verloren", "0.0"),
                ("3190022107", "Kein Bedarf", "0.0"),
            ),
            110.0,
            0.29,
            (
                "Abfüllanlage NW 200",
                "Verpackungslinie NW 400",
                "Palettierer NW 900",
                "Förderstrecke",
                "Retrofit Steuerung",
                "Prüfstand",
            ),
            "newbusiness",
        ),
        Motion(
            "1900455022",
            "Service und Ersatzteile",
            (
                ("3190022201", "Anfrage", "0.3"),
                ("3190022202", "Angebot", "0.6"),
                ("3190022203", "Auftrag", "1.0"),
                ("3190022204", "Abgelehnt", "0.0"),
            ),
            21.0,
            0.62,
            ("Wartungsvertrag {year}", "Ersatzteilpaket", "Inspektion", "Umbau vor Ort"),
            "existingbusiness",
        ),
    ),
    ticket_stages=(
        ("3190033301", "Neu", "OPEN"),
        ("3190033302", "In Bearbeitung", "OPEN"),
        ("3190033303", "Wartet auf Kunde", "OPEN"),
        ("3190033304", "Erledigt", "CLOSED"),
    ),
    ticket_pipeline=("1900466001", "Kundendienst"),
    custom_type=MACHINES,
    first_names=tuple(words.DE_FIRST_NAMES.split()),
    last_names=tuple(words.DE_LAST_NAMES.split()),
    company_starts=tuple(words.DE_COMPANY_STARTS.split()),
    company_ends=words.DE_COMPANY_ENDS,
    company_forms=spread({"GmbH": 12, "GmbH & Co. KG": 4, "AG": 2, "KG": 1, "": 1}),
    cities=words.DE_CITIES,
    languages=spread({"de": 9, "en": 1}),
    country_currency={"Switzerland": "CHF", "Poland": "PLN"},
    amount_factor=2.4,
    mail_domain="postfach.example",
)

PROFILES: Mapping[str, Profile] = {DEMO.name: DEMO, NORDWIND.name: NORDWIND}
