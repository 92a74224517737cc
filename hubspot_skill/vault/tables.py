"""Describes the vault's tables: sealed keys of tenants and stores, canaries, and one row per connected HubSpot account.

Times are whole milliseconds since 1970. Two things are kept per account in one row, because they change together:
what is connected, and how its next refresh stands (lease, intent, failures).
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
    text,
    true,
)

from hubspot_skill.foundation.migrations import Migration, StoreSchema

__all__ = ["VAULT_SCHEMA", "VAULT_TABLES", "canaries", "connections", "store_keys", "tenant_keys", "tenants"]

_metadata = MetaData()

canaries = Table(
    "vault_canary",
    _metadata,
    Column("fingerprint", BigInteger, primary_key=True),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

tenants = Table("vault_tenant", _metadata, Column("name", Text, primary_key=True))

tenant_keys = Table(
    "vault_tenant_key",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["tenant_id"], ["vault_tenant.name"]),
)

connections = Table(
    "vault_connection",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("connection_id", Text, primary_key=True),
    Column("credential", Text, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("hub_id", BigInteger, nullable=False),
    Column("hub_domain", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("granted_scopes", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("access_blob", LargeBinary),
    Column("refresh_blob", LargeBinary),
    Column("alt_blob", LargeBinary),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("lease_owner", Text),
    Column("lease_seq", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("intent_generation", BigInteger),
    Column("intent_at", BigInteger),
    Column("fail_count", Integer, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("last_error_code", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["tenant_id"], ["vault_tenant.name"]),
    Index("vault_connection_account", "tenant_id", "app_id", "hub_id", unique=True),
    Index("vault_connection_alias", "tenant_id", "alias", unique=True),
)
Index(
    "vault_connection_default",
    connections.c.tenant_id,
    unique=True,
    sqlite_where=text("is_default"),
    postgresql_where=connections.c.is_default == true(),
)

store_keys = Table(
    "vault_store_key",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

VAULT_TABLES = (canaries, tenants, tenant_keys, connections, store_keys)
VAULT_SCHEMA = StoreSchema(
    "vault",
    (
        Migration(
            (canaries, tenants, tenant_keys, connections),
            postgresql=(
                "grant select, insert on vault_canary, vault_tenant to {role}",
                "grant select, insert, update, delete on vault_tenant_key, vault_connection to {role}",
                "grant delete on vault_canary to {role}",
            ),
        ),
        Migration((store_keys,), postgresql=("grant select, insert, update on vault_store_key to {role}",)),
    ),
)
