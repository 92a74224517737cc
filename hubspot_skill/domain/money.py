"""Money as whole minor units (cents, yen, fils), so that sums are exact in any database.

The number of a currency's decimals follows ISO 4217; currencies that are not named here have two.
Source: ISO 4217 list one, published 2026-01-01.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

__all__ = ["from_minor", "minor_digits", "to_minor"]

_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_LARGEST = 2**63 - 1


def minor_digits(currency: str | None) -> int:
    """Give the decimals of a currency: 2 for most and for an unknown one, 0 for yen, 3 for dinar."""
    return _DIGITS.get((currency or "").upper(), 2)


def to_minor(amount: Decimal, currency: str | None) -> int | None:
    """Give an amount in whole minor units, halves to the even one; None where it is too large for 63 bits."""
    units = (
        int(amount.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN)) if amount.is_finite() else None
    )
    return units if units is not None and abs(units) <= _LARGEST else None


def from_minor(units: int, currency: str | None) -> Decimal:
    """Give whole minor units as an amount with the currency's decimals."""
    return Decimal(units).scaleb(-minor_digits(currency))
