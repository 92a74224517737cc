"""Describes the journal's tables: plans, their steps, one row per account, and what was written each day.

Times are whole milliseconds since 1970. What is in a record is sealed (`step`, `result`, `view`); what the journal is searched and counted
by is not. The account's row is the lock under which plans are applied: one at a time.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from hubspot_skill.foundation.migrations import Migration, StoreSchema

__all__ = ["CHANGES_SCHEMA", "CHANGES_TABLES", "accounts", "days", "plans", "steps"]

_metadata = MetaData()

accounts = Table(
    "change_account",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("auto_up_to", Integer, nullable=False),
    Column("protected", Text, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("is_off", Boolean, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("applying", Text),
    Column("owner", Text),
    Column("lease_until", BigInteger, nullable=False),
)

plans = Table(
    "change_plan",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("plan_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("undo_of", Text),
    Column("change_class", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("approved_by", Text),
    Column("approved_means", Text),
    Column("approved_digest", Text),
    Column("approved_at", BigInteger),
    Column("approval_mac", LargeBinary),
    Column("view", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Index("change_plan_account", "tenant_id", "account_id", "created_at"),
)

steps = Table(
    "change_step",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("plan_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("step", LargeBinary),
    Column("result", LargeBinary),
    Column("changed_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["tenant_id", "plan_id"], ["change_plan.tenant_id", "change_plan.plan_id"]),
    Index("change_step_state", "tenant_id", "account_id", "state"),
)

days = Table(
    "change_day",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True),
    Column("written", Integer, nullable=False),
)

CHANGES_TABLES = (accounts, plans, steps, days)
CHANGES_SCHEMA = StoreSchema(
    "changes",
    (
        Migration(
            CHANGES_TABLES,
            postgresql=(
                "grant select, insert, update, delete on change_account, change_plan, change_step, change_day to {role}",
            ),
        ),
    ),
)
