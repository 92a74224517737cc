"""The association types between the standard objects (facts 6), written once per pair and read in both directions."""

from collections.abc import Iterable, Iterator

from hubspot_skill.sandbox.seed import AssociationTypeSeed

__all__ = ["association_types", "custom_association_types"]

# (from, to, type id, inverse type id, name, inverse name)
_UNLABELLED = (
    ("contacts", "companies", 279, 280, "contact_to_company_unlabeled", "company_to_contact_unlabeled"),
    ("deals", "contacts", 3, 4, "deal_to_contact", "contact_to_deal"),
    ("deals", "companies", 341, 342, "deal_to_company_unlabeled", "company_to_deal_unlabeled"),
    ("contacts", "tickets", 15, 16, "contact_to_ticket", "ticket_to_contact"),
    ("companies", "tickets", 340, 339, "company_to_ticket_unlabeled", "ticket_to_company_unlabeled"),
    ("deals", "tickets", 27, 28, "deal_to_ticket", "ticket_to_deal"),
    ("contacts", "contacts", 449, 449, "contact_to_contact", "contact_to_contact"),
    ("companies", "companies", 450, 450, "company_to_company", "company_to_company"),
    ("deals", "deals", 451, 451, "deal_to_deal", "deal_to_deal"),
    ("notes", "contacts", 202, 201, "note_to_contact", "contact_to_note"),
    ("notes", "companies", 190, 189, "note_to_company", "company_to_note"),
    ("notes", "deals", 214, 213, "note_to_deal", "deal_to_note"),
    ("notes", "tickets", 228, 227, "note_to_ticket", "ticket_to_note"),
    ("tasks", "contacts", 204, 203, "task_to_contact", "contact_to_task"),
    ("tasks", "companies", 192, 191, "task_to_company", "company_to_task"),
    ("tasks", "deals", 216, 215, "task_to_deal", "deal_to_task"),
    ("tasks", "tickets", 230, 229, "task_to_ticket", "ticket_to_task"),
    ("calls", "contacts", 194, 193, "call_to_contact", "contact_to_call"),
    ("calls", "companies", 182, 181, "call_to_company", "company_to_call"),
    ("calls", "deals", 206, 205, "call_to_deal", "deal_to_call"),
    ("calls", "tickets", 220, 219, "call_to_ticket", "ticket_to_call"),
    ("meetings", "contacts", 200, 199, "meeting_event_to_contact", "contact_to_meeting_event"),
    ("meetings", "companies", 188, 187, "meeting_event_to_company", "company_to_meeting_event"),
    ("meetings", "deals", 212, 211, "meeting_event_to_deal", "deal_to_meeting_event"),
    ("meetings", "tickets", 226, 225, "meeting_event_to_ticket", "ticket_to_meeting_event"),
    ("emails", "contacts", 198, 197, "email_to_contact", "contact_to_email"),
    ("emails", "companies", 186, 185, "email_to_company", "company_to_email"),
    ("emails", "deals", 210, 209, "email_to_deal", "deal_to_email"),
    ("emails", "tickets", 224, 223, "email_to_ticket", "ticket_to_email"),
)

# The plain name is the primary type's and the unlabelled one says so (payloads of v3 in public issues and code, read 2026-11).
_PRIMARY = (
    ("contacts", "companies", 1, 2, "contact_to_company", "company_to_contact"),
    ("deals", "companies", 5, 6, "deal_to_company", "company_to_deal"),
    ("tickets", "companies", 26, 25, "ticket_to_company", "company_to_ticket"),
)


def _both(
    sides: tuple[str, str],
    ids: tuple[int, int],
    names: tuple[str, str],
    labels: tuple[str | None, str | None],
    *,
    category: str,
    primary: bool,
) -> Iterator[AssociationTypeSeed]:
    (left, right), (there, back) = sides, ids
    yield AssociationTypeSeed(left, right, there, back, names[0], category, labels[0], primary)
    if there != back:
        yield AssociationTypeSeed(right, left, back, there, names[1], category, labels[1], primary)


def _defaults() -> Iterator[AssociationTypeSeed]:
    hubspot = "HUBSPOT_DEFINED"
    for left, right, there, back, name, inverse in _UNLABELLED:
        yield from _both((left, right), (there, back), (name, inverse), (None, None), category=hubspot, primary=False)
    for left, right, there, back, name, inverse in _PRIMARY:
        yield from _both(
            (left, right), (there, back), (name, inverse), ("Primary", "Primary"), category=hubspot, primary=True
        )
    parent_child = ("parent_to_child_company", "child_to_parent_company")
    labels = ("Child Company", "Parent Company")
    yield AssociationTypeSeed("companies", "companies", 13, 14, parent_child[0], hubspot, labels[0])
    yield AssociationTypeSeed("companies", "companies", 14, 13, parent_child[1], hubspot, labels[1])


def association_types(own: Iterable[tuple[str, str, int, int, str, str]] = ()) -> list[AssociationTypeSeed]:
    """Return the default types and the account's own labels, each in both directions.

    An own label is (from, to, type id, inverse type id, label, inverse label).
    """
    made = list(_defaults())
    for left, right, there, back, label, inverse in own:
        names = (_name(label), _name(inverse))
        made += _both((left, right), (there, back), names, (label, inverse), category="USER_DEFINED", primary=False)
    return made


def custom_association_types(object_type_id: str, name: str, first_id: int) -> list[AssociationTypeSeed]:
    """Return the unlabelled types between a custom object and contacts, companies, deals and tickets, ids counted from `first_id`."""
    made: list[AssociationTypeSeed] = []
    targets = (("contacts", "contact"), ("companies", "company"), ("deals", "deal"), ("tickets", "ticket"))
    for order, (target, singular) in enumerate(targets):
        ids = (first_id + 2 * order, first_id + 2 * order + 1)
        names = (f"{name}_to_{singular}", f"{singular}_to_{name}")
        made += _both((object_type_id, target), ids, names, (None, None), category="USER_DEFINED", primary=False)
    return made


def _name(label: str) -> str:
    return label.lower().replace(" ", "_")
