"""The cases of `hubspot-sdk` for campaigns and marketing e-mails."""

from typing import Any

from tests.official.scene import Scene
from tests.official.sdk_records import Case
from tests.sandbox.marketing_portal import AUTUMN, SPRING

__all__ = ["MARKETING_CASES"]


def _campaigns(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.list(limit=1, properties=["hs_name"])
    assert [each.properties["hs_name"] for each in found] == ["autumn gifts", "Spring Launch"]


def _campaign(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.get(
        SPRING, properties=["hs_campaign_status"], start_date="2026-03-01", end_date="2026-03-31"
    )
    assert found.properties == {"hs_campaign_status": "completed"}
    assert found.assets["LANDING_PAGE"].results[0].metrics == {"views": 1200, "submissions": 40}


def _campaign_create(scene: Scene) -> None:
    made = scene.client.marketing.campaigns.create(properties={"hs_name": "Winter"})
    assert made.properties == {"hs_name": "Winter"}


def _campaign_update(scene: Scene) -> None:
    changed = scene.client.marketing.campaigns.update(AUTUMN, properties={"hs_goal": "10 deals"})
    assert changed.properties == {"hs_goal": "10 deals"}


def _campaign_delete(scene: Scene) -> None:
    scene.client.marketing.campaigns.delete(AUTUMN)
    assert [each.id for each in scene.client.marketing.campaigns.list()] == [SPRING]


def _campaign_batch_get(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.batch.get(inputs=[{"id": SPRING}, {"id": "x"}], properties=["hs_name"])
    assert [each.properties["hs_name"] for each in found.results] == ["Spring Launch"]


def _campaign_batch_create(scene: Scene) -> None:
    made = scene.client.marketing.campaigns.batch.create(inputs=[{"properties": {"hs_name": "A"}}])
    assert made.status == "COMPLETE"


def _campaign_batch_update(scene: Scene) -> None:
    inputs = [{"id": AUTUMN, "properties": {"hs_name": "Gifts"}}]
    done = scene.client.marketing.campaigns.batch.update(inputs=inputs)
    assert [each.properties for each in done.results] == [{"hs_name": "Gifts"}]


def _campaign_batch_delete(scene: Scene) -> None:
    scene.client.marketing.campaigns.batch.delete(inputs=[{"id": AUTUMN}])
    assert [each.id for each in scene.client.marketing.campaigns.list()] == [SPRING]


def _assets(scene: Scene, campaign: str) -> list[str]:
    return [each.id for each in scene.client.marketing.campaigns.assets.list("FORM", campaign_guid=campaign).results]


def _asset_list(scene: Scene) -> None:
    assert _assets(scene, SPRING) == ["f-1"]


def _asset_update(scene: Scene) -> None:
    scene.client.marketing.campaigns.assets.update("f-2", campaign_guid=AUTUMN, asset_type="FORM")
    assert _assets(scene, AUTUMN) == ["f-2"]


def _asset_delete(scene: Scene) -> None:
    scene.client.marketing.campaigns.assets.delete("f-1", campaign_guid=SPRING, asset_type="FORM")
    assert _assets(scene, SPRING) == []


def _totals(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.budget.get_totals(SPRING)
    assert (found.budget_total, found.spend_total, found.remaining_budget) == (9000.5, 3000.25, 6000.25)


def _amounts(kind: str, existing: str) -> dict[str, Case]:
    """Return the cases of budget or spend items."""

    def api(scene: Scene) -> Any:
        return getattr(scene.client.marketing.campaigns, kind)

    def create(scene: Scene) -> None:
        assert api(scene).create(AUTUMN, amount=12.5, name="Fair", order=0).amount == 12.5

    def get(scene: Scene) -> None:
        assert api(scene).get(existing, campaign_guid=SPRING).order == 0

    def update(scene: Scene) -> None:
        changed = api(scene).update(existing, campaign_guid=SPRING, amount=7, name="Less", order=0)
        assert (changed.id, changed.amount, changed.name) == (existing, 7, "Less")

    def delete(scene: Scene) -> None:
        api(scene).delete(existing, campaign_guid=SPRING)
        totals = scene.client.marketing.campaigns.budget.get_totals(SPRING)
        assert existing not in [each.id for each in (*totals.budget_items, *totals.spend_items)]

    cases: dict[str, Case] = {"create": create, "get": get, "update": update, "delete": delete}
    return {f"marketing.campaigns.{kind}.{name}": case for name, case in cases.items()}


def _metrics(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.metrics.get_attribution_metrics(SPRING)
    assert (found.sessions, found.influenced_contacts) == (157, 3)


def _revenue(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.metrics.get_revenue_attribution(SPRING, attribution_model="LINEAR")
    assert (found.revenue_amount, found.currency_code) == (500.0, "USD")


def _campaign_contacts(scene: Scene) -> None:
    found = scene.client.marketing.campaigns.metrics.list_contact_ids_by_type(
        "influencedContacts", campaign_guid=SPRING, limit=2
    )
    assert [each.id for each in found] == ["11", "12", "13"]


def _emails(scene: Scene) -> None:
    found = scene.client.marketing.emails.list(limit=1, include_stats=True)
    assert [(each.id, each.stats.counters["open"]) for each in found] == [("9001", 95), ("9002", 0)]


def _email_create(scene: Scene) -> None:
    assert scene.client.marketing.emails.create(name="Winter news").state == "DRAFT"


def _email_update(scene: Scene) -> None:
    assert scene.client.marketing.emails.update("9002", subject="Leaves").subject == "Leaves"


def _email_delete(scene: Scene) -> None:
    scene.client.marketing.emails.delete("9002")
    assert [each.id for each in scene.client.marketing.emails.list(archived=True)] == ["9002", "9003"]


def _email_statistics(scene: Scene) -> None:
    found = scene.client.marketing.emails.get(
        start_timestamp="2026-03-01T00:00:00Z", end_timestamp="2026-04-01T00:00:00Z"
    )
    assert (found.emails, found.aggregate.ratios["openratio"]) == ([9001], 50)


def _email_histogram(scene: Scene) -> None:
    found = scene.client.marketing.emails.get_histogram(
        start_timestamp="2026-03-03T05:00:00Z", end_timestamp="2026-03-05T05:00:00Z", interval="DAY"
    )
    assert [each.aggregations.counters["open"] for each in found.results] == [95, 0]


MARKETING_CASES: dict[str, Case] = {
    "marketing.campaigns.list": _campaigns,
    "marketing.campaigns.get": _campaign,
    "marketing.campaigns.create": _campaign_create,
    "marketing.campaigns.update": _campaign_update,
    "marketing.campaigns.delete": _campaign_delete,
    "marketing.campaigns.batch.get": _campaign_batch_get,
    "marketing.campaigns.batch.create": _campaign_batch_create,
    "marketing.campaigns.batch.update": _campaign_batch_update,
    "marketing.campaigns.batch.delete": _campaign_batch_delete,
    "marketing.campaigns.assets.list": _asset_list,
    "marketing.campaigns.assets.update": _asset_update,
    "marketing.campaigns.assets.delete": _asset_delete,
    "marketing.campaigns.budget.get_totals": _totals,
    **_amounts("budget", "1"),
    **_amounts("spend", "3"),
    "marketing.campaigns.metrics.get_attribution_metrics": _metrics,
    "marketing.campaigns.metrics.get_revenue_attribution": _revenue,
    "marketing.campaigns.metrics.list_contact_ids_by_type": _campaign_contacts,
    "marketing.emails.list": _emails,
    "marketing.emails.create": _email_create,
    "marketing.emails.update": _email_update,
    "marketing.emails.delete": _email_delete,
    "marketing.emails.get": _email_statistics,
    "marketing.emails.get_histogram": _email_histogram,
}
