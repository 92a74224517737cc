"""What notes, calls, tasks, meetings and emails of the portals say, in the language of each."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PHRASES", "Phrases"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one portal; `{who}` stands for the contact's name."""

    call: str
    meeting: str
    notes: tuple[str, ...]
    tasks: tuple[str, ...]
    subjects: tuple[str, ...]


_ENGLISH = Phrases(
    call="Call with {who}",
    meeting="Meeting with {who}",
    notes=(
        "Wants to see the reporting part again with the finance team.",
        "Current contract ends in summer; decision before that.",
        "Asked for two references from the same industry.",
        "Budget is approved, purchasing takes about three weeks.",
        "Compares us with two others; price is not the first concern.",
        "Security questionnaire came back with eleven questions.",
        "Sent the proposal; will talk to the board on Thursday.",
        "Happy with the pilot, would start with one site.",
        "No decision before the new budget year.",
        "New colleague takes over the project next month.",
    ),
    tasks=(
        "Follow up with {who}",
        "Send the proposal to {who}",
        "Prepare the demo",
        "Ask {who} for the purchase order",
        "Check the contract draft",
    ),
    subjects=(
        "Our proposal",
        "Next steps",
        "Re: Next steps",
        "Questions about the contract",
        "Re: Questions about the contract",
        "Summary of our call",
        "Invitation to the demo",
    ),
)

_GERMAN = Phrases(
    call="Telefonat mit {who}",
    meeting="Termin mit {who}",
    notes=(
        "Möchte die Anlage in Betrieb sehen, am liebsten bei einem Bäcker.",
        "Budget ist genehmigt, Einkauf braucht drei Wochen.",
        "Vergleicht uns mit zwei Wettbewerbern, Preis ist nicht das Wichtigste.",
        "Liefertermin vor den Werksferien ist Bedingung.",
        "Fragt nach Finanzierung über 48 Monate.",
        "Angebot liegt beim Geschäftsführer.",
        "Entscheidung erst im neuen Geschäftsjahr.",
        "Neuer Werksleiter übernimmt das Projekt.",
        "Zufrieden mit der letzten Wartung.",
    ),
    tasks=("Nachfassen bei {who}", "Angebot an {who} schicken", "Aufstellplan prüfen", "Bestellung bei {who} anmahnen"),
    subjects=(
        "Unser Angebot",
        "Nächste Schritte",
        "Re: Nächste Schritte",
        "Fragen zum Liefertermin",
        "Zusammenfassung unseres Gesprächs",
    ),
)

PHRASES: Mapping[str, Phrases] = {"demo": _ENGLISH, "nordwind": _GERMAN}
