"""The ledger of promises to users: an id, a sentence, and where the promise comes from.

A test that proves one carries `@pytest.mark.promise("id")`; `tests/house/test_requirements.py` fails when a promise has
no test or a test names a promise that is not here. Not every detail is a promise: what stands here is what somebody who
uses the product would be right to be angry about.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROMISES", "Promise"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: `id` as tests name it, `text` as a user would read it, `source` where it was given."""

    id: str
    text: str
    source: str


PROMISES: tuple[Promise, ...] = (
    Promise("start-without-account", "The demo needs no HubSpot account and no network.", "README, first screen"),
    Promise("demo-again", "The demo starts a second time as it did the first.", "README, first screen"),
    Promise("demo-configurations", "The demo prints configurations that work as they are pasted.", "README, clients"),
    Promise("nothing-connected", "With nothing connected every tool says how to connect.", "README, connecting"),
    Promise("login-shows", "`login` tells what was connected and which scopes are missing.", "README, connecting"),
    Promise("accounts-asked", "With several accounts and no default nothing is guessed.", "README, connecting"),
    Promise("key-hidden", "A key is never taken from the command line nor shown.", "README, connecting"),
    Promise(
        "backup-restores",
        "A backup made while writing works on another machine with the key from elsewhere, its audit whole.",
        "README, connecting",
    ),
    Promise(
        "calls-audited",
        "Every use of an account stands in the audit, writes before they are sent, records as keyed digests only.",
        "README, connecting",
    ),
    Promise(
        "database-moved",
        "`vault migrate` moves accounts, audit and journal to PostgreSQL, compared to the last row, or says what it left.",
        "README, several hosts",
    ),
    Promise(
        "changes-cost",
        "250 deals move by one plan and one apply, in at most 14 HubSpot requests and 1,500 tokens, and go back.",
        "README, changes",
    ),
    Promise(
        "approval-asked", "A person is asked before many records change, and only their yes applies.", "README, changes"
    ),
    Promise(
        "changes-undone", "What an applied plan changed goes back, but for what was changed since.", "README, changes"
    ),
    Promise(
        "approval-own",
        "No argument of a tool approves a change: an agent cannot approve its own plan.",
        "README, changes",
    ),
    Promise("settings-at-once", "All bad settings are listed at once, each with the right form.", "README, settings"),
    Promise("settings-typo", "A misspelt setting of ours is refused, never ignored.", "README, settings"),
    Promise("secrets-hidden", "A token shows in no error, log line or text form.", "README, security"),
    Promise("token-owner-only", "The HTTP token is made once and only its owner can read it.", "README, security"),
    Promise("http-guarded", "HTTP answers only on this machine and only with the token.", "README, security"),
    Promise("read-only", "With HUBSPOT_SKILL_READ_ONLY=1 nothing can write.", "README, settings"),
    Promise("exit-codes", "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.", "README, command line"),
    Promise("call-same-checks", "`call` checks and answers exactly as a chat client sees it.", "README, command line"),
    Promise(
        "mirror-equals",
        "After any edits, archives, merges and links under a late index a check makes the mirror equal HubSpot.",
        "README, reports",
    ),
    Promise(
        "mirror-one-writer", "Of several processes one keeps the local copy fresh, the others read.", "README, reports"
    ),
    Promise("doctor-names-mend", "The doctor names each fault and the step that mends it.", "README, command line"),
    Promise("wheel-starts", "The wheel installs into an empty environment and starts there.", "README, installing"),
    Promise("csv-exact", "The CSV folder's counts are answered exactly.", "README, your own data"),
    Promise("report-exact", "A report on the CSV folder gives the very figures of its files.", "README, reports"),
    Promise(
        "report-oracle",
        "Every metric of deals equals a count in plain Python, over currencies, zones, gaps and merges.",
        "README, reports",
    ),
    Promise("brief-one-call", "One call finds a contact by email with company and open deals.", "README, tools"),
    Promise("duplicate-guard", "Creating a contact that exists makes no second one.", "README, tools"),
    Promise("only-given-fields", "An update changes only the fields that it was given.", "README, tools"),
    Promise("dry-run", "A dry run checks everything and writes nothing.", "README, tools"),
    Promise("names-not-ids", "Stages, owners, companies and periods are given as people say them.", "README, tools"),
    Promise("nearest-names", "A wrong name is answered with the nearest right ones.", "README, tools"),
    Promise("unknown-argument", "An unknown argument is refused, never ignored.", "README, tools"),
    Promise("writes-not-repeated", "A write whose answer was lost is never sent again blindly.", "README, reliability"),
    Promise("limits-kept", "Calls stay within HubSpot's rate limits without failing.", "README, reliability"),
    Promise(
        "different-failures",
        "Unreachable, refused, unscoped and used up are four clear answers.",
        "README, reliability",
    ),
    Promise("rest-document", "REST answers what its OpenAPI document says, and nothing else.", "README, REST"),
    Promise("rest-examples", "The README's REST examples work as they stand.", "README, REST"),
    Promise("rest-no-approval", "A script can never approve a plan.", "README, REST"),
    Promise("rest-if-match", "An update with an old tag changes nothing.", "README, REST"),
    Promise("chart-beside", "A picture of a report stands beside its text, never instead of it.", "README, tools"),
    Promise("export-whole", "An export holds every record that matches, exactly, in a private file.", "README, tools"),
    Promise("export-outside", "An export never passes through the conversation.", "README, tools"),
    Promise(
        "console-approves", "A person sees, approves, rejects and takes back changes in the console.", "README, console"
    ),
    Promise("console-operates", "Policy, audit and disconnecting are pages of the console.", "README, console"),
    Promise("same-number", "The same question by chat, REST, shell and console gives the same number.", "README, REST"),
    Promise("sandbox-says-so", "Every answer from the sandbox says that it is pretend data.", "README, sandbox"),
    Promise("official-clients", "HubSpot's own Python clients work against the sandbox.", "README, sandbox"),
)
