"""The answers HubSpot gives instead of what was asked, as one exception with the status and body to send.

Bodies follow HubSpot's error envelope: status, message, correlationId (added where the answer is sent), category,
subCategory, errors, context, links; which of them is present differs by case and is kept so on purpose.
Sources: facts 4.1 and 4.2, each constructor names how sure its shape is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

__all__ = ["InvalidProperty", "Refusal"]


@dataclass(frozen=True, slots=True)
class InvalidProperty:
    """One property value that HubSpot would not take, as its validation error lists it."""

    name: str
    code: str
    message: str


class Refusal(Exception):  # noqa: N818 - an answer of the pretend service, not a fault of ours
    """An error answer of HubSpot: HTTP status, JSON body without the correlation id, and extra headers."""

    def __init__(self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body.get('message', '')}")
        self.status = status
        self.body: dict[str, object] = {"status": "error", **body}
        self.headers: dict[str, str] = dict(headers or {})

    @classmethod
    def plain(cls, status: int, message: str, category: str | None = None, **more: object) -> "Refusal":
        """Make an error of a message and, where HubSpot sends one, a category and further envelope fields."""
        body: dict[str, object] = {"message": message}
        if category is not None:
            body["category"] = category
        return cls(status, {**body, **more})

    @classmethod
    def validation(
        cls, message: str, *, code: str | None = None, context: Mapping[str, Sequence[str]] | None = None
    ) -> "Refusal":
        """Make a 400 VALIDATION_ERROR, with one entry of `errors` if a code or context is given [D]."""
        if code is None and context is None:
            return cls.plain(400, message, "VALIDATION_ERROR")
        entry: dict[str, object] = {"message": message}
        if code is not None:
            entry["code"] = code
        if context is not None:
            entry["context"] = {key: list(values) for key, values in context.items()}
        return cls.plain(400, message, "VALIDATION_ERROR", errors=[entry])

    @classmethod
    def invalid_properties(cls, found: Iterable[InvalidProperty], portal_id: int) -> "Refusal":
        """Make the 400 whose `message` carries a JSON array as text and whose `errors` says it again [C][L]."""
        problems = list(found)
        listed = [
            {
                "isValid": False,
                "message": problem.message,
                "error": problem.code,
                "name": problem.name,
                "localizedErrorMessage": problem.message,
                "portalId": portal_id,
            }
            for problem in problems
        ]
        errors = [
            {"message": problem.message, "code": problem.code, "context": {"propertyName": [problem.name]}}
            for problem in problems
        ]
        text = f"Property values were not valid: {to_json(listed).decode()}"
        return cls.plain(400, text, "VALIDATION_ERROR", errors=errors)

    @classmethod
    def invalid_json(cls, detail: str, *, line: int = 1, column: int = 1) -> "Refusal":
        """Make the 400 without a category for a body of the wrong shape [C]."""
        return cls.plain(400, f"Invalid input JSON on line {line}, column {column}: {detail}")

    @classmethod
    def unauthenticated(cls) -> "Refusal":
        """Make the 401 for a missing or unknown token [L]."""
        message = (
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        )
        return cls.plain(401, message, "INVALID_AUTHENTICATION")

    @classmethod
    def expired(cls) -> "Refusal":
        """Make the 401 for a token past its lifetime [U]."""
        return cls.plain(401, "The OAuth token used to make this call expired.", "EXPIRED_AUTHENTICATION")

    @classmethod
    def missing_scopes(cls, scopes: Sequence[str]) -> "Refusal":
        """Make the 403 that names the scopes, any of which would do [D]."""
        message = "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes."
        entry = {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": list(scopes)},
        }
        return cls.plain(
            403, message, "MISSING_SCOPES", errors=[entry], links={"scopes": "https://developers.hubspot.com/scopes"}
        )

    @classmethod
    def not_found(cls) -> "Refusal":
        """Make the 404 without a category that a well-formed but unknown id gets [L]."""
        return cls.plain(404, "resource not found")

    @classmethod
    def object_not_found(cls, detail: str = "objectId are usually numeric.") -> "Refusal":
        """Make the 404 OBJECT_NOT_FOUND, by default the one for an id that is not a number [L]."""
        return cls.plain(404, f"Object not found.  {detail}", "OBJECT_NOT_FOUND")

    @classmethod
    def conflict(cls, message: str, category: str = "CONFLICT", **more: object) -> "Refusal":
        """Make a 409; for a taken address the message carries `Existing ID: …` [L][C]."""
        return cls.plain(409, message, category, **more)
