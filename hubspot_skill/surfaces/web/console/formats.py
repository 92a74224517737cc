"""How values are written on a page: numbers with their thousands, money with its currency, days in words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from hubspot_skill.service.answers import Cell

__all__ = ["amount", "day", "number", "short", "shown"]

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
_WHOLE = {"JPY", "KRW", "CLP", "VND"}


def number(value: Cell | Decimal) -> str:
    """Give a number with its thousands parted; text as it is, "–" for nothing."""
    if value is None or value == "":
        return "–"
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return str(value)
    return f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact.normalize():,f}"


def amount(value: Cell | Decimal, currency: str = "") -> str:
    """Give money in full: `€12,400`, `$1,250.50`, `CHF 900`."""
    if value is None or value == "":
        return "–"
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    is_whole = exact == exact.to_integral_value() or currency in _WHOLE
    digits = f"{abs(exact):,.0f}" if is_whole else f"{abs(exact):,.2f}"
    return f"{'−' if exact < 0 else ''}{_sign(currency)}{digits}"


def short(value: Cell | Decimal, currency: str = "") -> str:
    """Give a large number for a tile: `€1.24 M`, `812 k`, in full below ten thousand."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return "–" if value in (None, "") else str(value)
    size, sign = abs(exact), f"{'−' if exact < 0 else ''}{_sign(currency)}"
    for bound, unit in ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 4, "k")):
        if size >= bound:
            per = Decimal(1000) if unit == "k" else bound
            return f"{sign}{size / per:,.{2 if unit != 'k' else 0}f} {unit}"
    return amount(exact, currency) if currency else number(exact)


def day(value: Cell) -> str:
    """Give a day or an instant of the account's zone in words: `23 Nov 2026`, `23 Nov 2026, 14:05`."""
    text = str(value or "")
    try:
        if "T" in text:
            at = datetime.fromisoformat(text)
            return f"{at.day} {at:%b %Y, %H:%M}"
        on = date.fromisoformat(text)
        return f"{on.day} {on:%b %Y}"
    except ValueError:
        return text or "–"


def shown(value: Cell, type: str, currency: str = "") -> str:
    """Give a cell as its column's type is written."""
    if value is None or value == "":
        return "–"
    match type:
        case "money":
            return amount(value, currency)
        case "number":
            return number(value)
        case "bool":
            return "Yes" if value is True or value == "true" else "No"
        case "date" | "datetime":
            return day(value)
        case _:
            return str(value)


def _sign(currency: str) -> str:
    return _SIGNS.get(currency, f"{currency} " if currency else "")
