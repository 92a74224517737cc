"""Numbers as people write them: money, counts, shares and days, in full and in short form.

Short keeps three significant digits (€1.24 M, 41.3 K, 9.5%), full keeps all that there are, with thousands in groups. A minus
is the sign "−". Money has its currency's symbol where that is unmistakable, else its ISO code; the digits after the point
follow ISO 4217 and are left out where they are zero. None is "–".
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from hubspot_skill.charts.values import Measure, Number
from hubspot_skill.domain.report import Unit

__all__ = ["NONE", "change", "exact", "full", "short"]

NONE = "–"
_MINUS, _SPACE, _A_DAY = "−", "\u00a0", "/day"
_SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "ILS": "₪",
    "VND": "₫",
    "PHP": "₱",
    "NGN": "₦",
    "TRY": "₺",
    "UAH": "₴",
    "BRL": "R$",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "MXN": "MX$",
    "SGD": "S$",
}
_WITHOUT_MINOR = frozenset(["BIF", "CLP", "GNF", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"])
_THREE_MINOR = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_STEPS = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))
_THREE = Context(prec=3, rounding=ROUND_HALF_EVEN)


def full(value: Number | None, measure: Measure) -> str:
    """Give a number with all its digits."""
    if value is None:
        return NONE
    number = exact(value)
    match measure.unit:
        case Unit.MONEY:
            return _money(number, measure.currency, _grouped(_cents(number, measure.currency)))
        case Unit.MONEY_PER_DAY:
            return _money(number, measure.currency, _grouped(_cents(number, measure.currency))) + _A_DAY
        case Unit.RATIO:
            return _signed(number, f"{_plain(_rounded(abs(number) * 100, 2))}%")
        case Unit.DAYS:
            days = _rounded(abs(number), 1)
            return _signed(number, f"{_grouped(days)}{_SPACE}{'day' if days == 1 else 'days'}")
        case _:
            return _signed(number, _grouped(_rounded(abs(number), 4)))


def short(value: Number | None, measure: Measure) -> str:
    """Give a number in few characters."""
    if value is None:
        return NONE
    number = exact(value)
    match measure.unit:
        case Unit.MONEY:
            return _money(number, measure.currency, _cut(number))
        case Unit.MONEY_PER_DAY:
            return _money(number, measure.currency, _cut(number)) + _A_DAY
        case Unit.RATIO:
            shown = _rounded(abs(number) * 100, 1)
            return _signed(number, f"{_plain(_rounded(shown, 0) if shown >= 100 else shown)}%")
        case Unit.DAYS:
            return _signed(number, f"{_cut(number)}{_SPACE}d")
        case _:
            return _signed(number, _cut(number))


def change(pct: Number | None) -> str:
    """Give a change as a signed percentage; "" where there is none to tell."""
    if pct is None:
        return ""
    number = _rounded(exact(pct) * 100, 1)
    sign = "+" if number > 0 else _MINUS if number < 0 else "±"
    return f"{sign}{_grouped(abs(number))}%"


def exact(value: Number) -> Decimal:
    """Give a number as the decimal that it prints as."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _cut(number: Decimal) -> str:
    size = abs(number)
    for step, mark in _STEPS:
        if size >= step * Decimal("0.9995"):
            return f"{_plain(_THREE.create_decimal(size / step))}{_SPACE}{mark}"
    return _plain(_THREE.create_decimal(size)) if size else "0"


def _money(number: Decimal, currency: str, words: str) -> str:
    symbol = _SYMBOLS.get(currency)
    if symbol is not None:
        return _signed(number, f"{symbol}{words}")
    return _signed(number, f"{currency}{_SPACE}{words}" if currency else words)


def _cents(number: Decimal, currency: str) -> Decimal:
    digits = 0 if currency in _WITHOUT_MINOR else 3 if currency in _THREE_MINOR else 2
    rounded = abs(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded


def _signed(number: Decimal, words: str) -> str:
    return f"{_MINUS}{words}" if number < 0 and any(digit in words for digit in "123456789") else words


def _rounded(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN).normalize()


def _plain(number: Decimal) -> str:
    shown = format(number.normalize(), "f")
    return "0" if shown == "-0" else shown


def _grouped(number: Decimal) -> str:
    return format(number if number != number.to_integral_value() else number.to_integral_value(), ",f")
