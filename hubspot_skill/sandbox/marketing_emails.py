"""Marketing e-mails: list, read, create, update, move to the trash.

Odd and kept: deleting archives, and only `archived=true` shows what was archived; statistics come with `includeStats=true` only.
Unverified: page sizes (10 by default, 100 at most), that a name is all a new e-mail needs, and the order by id [U].
Sources: FACTS 10.2, 2.7; field names as in HubSpot's reference, read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from pydantic import TypeAdapter

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.documents import Documents
from hubspot_skill.sandbox.email_statistics import counted, statistics
from hubspot_skill.sandbox.marketing_paging import page_of
from hubspot_skill.sandbox.moments import iso, parsed_moment
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.seed import MarketingEmailSeed

__all__ = ["ENDPOINTS"]

READ = ("marketing.email.read", "marketing-email", "transactional-email", "content")
WRITE = ("marketing.email.write", "marketing-email", "transactional-email", "content")
PAGE_DEFAULT, PAGE_MAX = 10, 100

_TEXTS = ("name", "subject", "language", "campaign", "state", "type", "subcategory", "activeDomain")
_OBJECTS = ("from", "content", "to", "webversion", "subscriptionDetails", "testing", "rssData")
_WRITABLE = frozenset({*_TEXTS, *_OBJECTS, "archived", "publishDate", "sendOnPublish", "jitterSendTime"})
_READ_ONLY = frozenset(
    {"id", "createdAt", "updatedAt", "publishedAt", "isPublished", "isAb", "isTransactional", "stats"}
)


@dataclass(frozen=True, slots=True)
class Email:
    """One marketing e-mail; `fields` are what a client may write, by their names in the API."""

    id: str
    fields: dict[str, object]
    created_ms: int
    updated_ms: int
    published_ms: int | None = None
    archived: bool = False
    archived_ms: int | None = None


_EMAIL = TypeAdapter(Email)


def list_emails(call: Call) -> Response:
    """Answer a page of e-mails with the total."""
    call.require(*READ)
    found = _sorted(_filtered(call), call.query_list("sort"))
    page, paging = page_of(call, found, PAGE_DEFAULT, PAGE_MAX)
    stats = call.query_flag("includeStats")
    results = [_plain(call, email, stats=stats) for email in page]
    return answer({"total": len(found), "results": results, **paging})


def read_email(call: Call) -> Response:
    """Answer one e-mail."""
    call.require(*READ)
    email = _found(call, archived=call.query_flag("archived"))
    return answer(_plain(call, email, stats=call.query_flag("includeStats")))


async def create_email(call: Call) -> Response:
    """Make a draft; only its name is required."""
    call.require(*WRITE)
    fields = _fields_in(await call.body())
    if not str(fields.get("name") or "").strip():
        raise Refusal.validation("name is required and must not be empty")
    documents, now = _emails_of(call.portal), call.portal.now_ms()
    identifier = str(max((int(email.id) for email in documents.all()), default=170_000_000_000) + 1)
    email = Email(identifier, {"type": "BATCH_EMAIL", "state": "DRAFT", **fields}, now, now)
    documents.put(email.id, email)
    documents.commit()
    return answer(_plain(call, email, stats=False), 201)


async def update_email(call: Call) -> Response:
    """Change the given fields of an e-mail."""
    call.require(*WRITE)
    email = _found(call, archived=call.query_flag("archived"))
    fields = _fields_in(await call.body())
    archived = bool(fields.pop("archived", email.archived))
    changed = replace(
        email,
        fields={**email.fields, **fields},
        archived=archived,
        archived_ms=(email.archived_ms or call.portal.now_ms()) if archived else None,
        updated_ms=call.portal.now_ms(),
    )
    _keep(call.portal, changed)
    return answer(_plain(call, changed, stats=False))


def delete_email(call: Call) -> Response:
    """Move an e-mail to the trash, or with `archived=true` out of it for good."""
    call.require(*WRITE)
    trashed = call.query_flag("archived")
    email = _found(call, archived=trashed)
    if trashed:
        documents = _emails_of(call.portal)
        documents.remove(email.id)
        documents.commit()
    else:
        now = call.portal.now_ms()
        _keep(call.portal, replace(email, archived=True, archived_ms=now, updated_ms=now))
    return no_content()


def _endpoint(method: str, path: str, handler: Callable[[Call], Awaitable[Response] | Response]) -> Endpoint:
    return Endpoint(method, "marketing/emails", path, handler, legacy=("/marketing/v3/emails",))


ENDPOINTS: tuple[Endpoint, ...] = (
    _endpoint("GET", "", list_emails),
    _endpoint("POST", "", create_email),
    _endpoint("GET", "/{email}", read_email),
    _endpoint("PATCH", "/{email}", update_email),
    _endpoint("DELETE", "/{email}", delete_email),
)


def _emails_of(portal: Portal) -> Documents[Email]:
    documents = Documents(portal.store.connection, "marketing email", _EMAIL)
    documents.begin((seed.id, _from_seed(seed)) for seed in portal.facts.marketing_emails)
    return documents


def _keep(portal: Portal, email: Email) -> None:
    documents = _emails_of(portal)
    documents.put(email.id, email)
    documents.commit()


def _found(call: Call, *, archived: bool) -> Email:
    email = _emails_of(call.portal).get(call.params["email"])
    if email is None or email.archived is not archived:
        raise Refusal.plain(404, f"No email found with id {call.params['email']}", "OBJECT_NOT_FOUND")
    return email


def _fields_in(body: dict[str, object]) -> dict[str, object]:
    unknown = sorted(body.keys() - _WRITABLE - _READ_ONLY)
    if unknown:
        raise Refusal.invalid_json(f'Unrecognized field "{unknown[0]}"')
    fields = {name: value for name, value in body.items() if name in _WRITABLE}
    for name, value in fields.items():
        if name in _TEXTS and not isinstance(value, str | None):
            raise Refusal.invalid_json(f"{name} must be a text")
        if name in _OBJECTS and not isinstance(value, dict | None):
            raise Refusal.invalid_json(f"{name} must be an object")
    return fields


def _filtered(call: Call) -> list[Email]:
    archived = call.query_flag("archived")
    found = [email for email in _emails_of(call.portal).all() if email.archived is archived]
    for name in ("type", "campaign"):
        wanted = call.query(name)
        if wanted is not None:
            found = [email for email in found if email.fields.get(name) == wanted]
    published = call.query("isPublished")
    if published is not None:
        found = [email for email in found if _is_published(email) is (published.lower() == "true")]
    moments: dict[str, Callable[[Email], int | None]] = {
        "created": lambda email: email.created_ms,
        "updated": lambda email: email.updated_ms,
        "published": lambda email: email.published_ms,
    }
    for name, moment in moments.items():
        found = [email for email in found if _is_timely(call, name, moment(email))]
    return found


def _is_timely(call: Call, name: str, at_ms: int | None) -> bool:
    at, after, before = (_moment(call, f"{name}{suffix}") for suffix in ("At", "After", "Before"))
    if (at, after, before) == (None, None, None):
        return True
    if at_ms is None:
        return False
    return (at is None or at_ms == at) and (after is None or at_ms > after) and (before is None or at_ms < before)


def _moment(call: Call, name: str) -> int | None:
    text = call.query(name)
    if not text:
        return None
    found = parsed_moment(text)
    if found is None:
        raise Refusal.validation(f"{name} must be a date and time, found {text}")
    return found


def _sorted(emails: list[Email], orders: list[str]) -> list[Email]:
    keys: dict[str, Callable[[Email], object]] = {
        "name": lambda email: str(email.fields.get("name") or "").casefold(),
        "createdAt": lambda email: email.created_ms,
        "updatedAt": lambda email: email.updated_ms,
    }
    emails = sorted(emails, key=lambda email: int(email.id))
    for order in reversed(orders):
        name = order.removeprefix("-")
        if name not in keys:
            raise Refusal.validation(f"Unable to sort by {name}; sort is one of {', '.join(keys)}")
        emails.sort(key=cast("Callable[[Email], str]", keys[name]), reverse=order.startswith("-"))
    return emails


def _plain(call: Call, email: Email, *, stats: bool) -> dict[str, object]:
    published = _is_published(email)
    campaign = next((c for c in call.portal.facts.campaigns if c.id == email.fields.get("campaign")), None)
    plain: dict[str, object] = {
        "id": email.id,
        **email.fields,
        "isAb": False,
        "isPublished": published,
        "isTransactional": False,
        "archived": email.archived,
        "createdAt": iso(email.created_ms),
        "updatedAt": iso(email.updated_ms),
        "createdById": str(call.portal.account.user_id),
        "updatedById": str(call.portal.account.user_id),
        "primaryEmailCampaignId": email.id,
        "allEmailCampaignIds": [email.id],
    }
    if campaign is not None:
        plain["campaignName"] = campaign.properties.get("hs_name", "")
    if email.published_ms is not None:
        plain["publishDate"] = iso(email.published_ms)
        if published:
            plain["publishedAt"] = iso(email.published_ms)
    if email.archived_ms is not None:
        plain["deletedAt"] = iso(email.archived_ms)
    if stats:
        plain["stats"] = statistics([counted(call.portal, email.id)])
    wanted = call.query_list("includedProperties")
    return (
        {name: value for name, value in plain.items() if name in {*wanted, "id", "isAb", "stats"}} if wanted else plain
    )


def _is_published(email: Email) -> bool:
    return str(email.fields.get("state")) in {"PUBLISHED", "AUTOMATED", "PUBLISHED_OR_SCHEDULED"}


def _from_seed(seed: MarketingEmailSeed) -> Email:
    fields: dict[str, object] = {
        "name": seed.name,
        "subject": seed.subject,
        "type": seed.type,
        "state": seed.state,
        "language": seed.language,
        "from": {"fromName": seed.from_name, "replyTo": seed.reply_to},
        "content": {},
        "to": {"contactIlsLists": {"include": [], "exclude": []}},
    }
    if seed.campaign_id is not None:
        fields["campaign"] = seed.campaign_id
    archived_ms = seed.updated_ms if seed.archived else None
    return Email(seed.id, fields, seed.created_ms, seed.updated_ms, seed.publish_ms, seed.archived, archived_ms)
