"""One case for every operation of `hubspot-sdk` 0.1.0a9 (paths of 2026-03) that the sandbox answers."""

from typing import Any

from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.official.scene import KINDS, SUBSCRIPTIONS, Scene
from tests.official.sdk_marketing import MARKETING_CASES
from tests.official.sdk_records import Case, Records

__all__ = ["CASES", "FAMILIES", "NOT_COVERED"]

_TYPED = {f"crm.objects.{kind.name}": kind for kind in KINDS.values() if kind.name != SUBSCRIPTIONS}

FAMILIES = (
    *_TYPED,
    "crm.objects.custom",
    "crm.objects.generic_objects",
    "crm.properties",
    "crm.properties_validations",
    "crm.pipelines",
    "crm.owners",
    "crm.associations",
    "crm.associations_schema",
    "crm.object_schemas",
    "crm.limits",
    "crm.lists",
    "crm.app_uninstalls",
    "account",
    "auth",
    "settings.currencies",
    "marketing.campaigns",
    "marketing.emails",
)
"""The families of the client that the sandbox has a part in; it has none in the others (CMS, files, events, imports …)."""

NOT_COVERED = {
    r"account\.activity\.": "the account's audit log is outside the sandbox",
    r"crm\.associations\.request_high_usage_report": "the report of high usage is mailed, not answered",
    r"crm\.associations_schema\.(limits\.|labels\.batch_create)": "limits on associations are outside the sandbox",
    r"crm\.lists\.\w*(folder|mapping|schedule|size_and_edits|move_list)": "folders, old ids and conversions are outside the sandbox",
    r"crm\.lists\.(add|remove|delete|create|restore|update)": "lists are there to read",
    r"crm\.lists\.batch_read_memberships": "memberships are read by list or by record",
    r"crm\.object_schemas\.(create|update|delete|batch)": "the one custom object type is there to read",
    r"crm\.properties_validations\..*rule_type": "rules are read whole and cannot be set",
    r"settings\.currencies\.(central_fx|list_codes|update)": "the account's currencies are there to read",
    r"settings\.currencies\.exchange_rates\.(batch|create|update)": "the account's currencies are there to read",
    r"marketing\.emails\..*(draft|revision|ab_test|clone|publish)": "versions and sending of e-mails are outside the sandbox",
}
"""What is left out of these families, by a pattern of names, and why."""


_SIZE: dict[str, Any] = {
    "name": "size",
    "label": "Size",
    "type": "number",
    "field_type": "number",
    "group_name": "contactinformation",
}


def _property_names(scene: Scene) -> list[str]:
    return [each.name for each in scene.client.crm.properties.list("contacts").results]


def _property_create(scene: Scene) -> None:
    made = scene.client.crm.properties.create("contacts", **_SIZE)
    assert (made.name, made.type, made.calculated) == ("size", "number", False)


def _property_list(scene: Scene) -> None:
    assert {"email", "firstname", "nickname"} <= set(_property_names(scene))


def _property_get(scene: Scene) -> None:
    found = scene.client.crm.properties.get("amount", object_type="deals")
    assert (found.type, found.field_type, found.modification_metadata.read_only_value) == ("number", "number", False)


def _property_update(scene: Scene) -> None:
    _property_create(scene)
    changed = scene.client.crm.properties.update("size", object_type="contacts", label="Shoe size")
    assert changed.label == "Shoe size"


def _property_delete(scene: Scene) -> None:
    _property_create(scene)
    scene.client.crm.properties.delete("size", object_type="contacts")
    assert "size" not in _property_names(scene)


def _property_batch_create(scene: Scene) -> None:
    scene.client.crm.properties.batch.create("contacts", inputs=[{**_SIZE, "name": "size_a"}])
    assert "size_a" in _property_names(scene)


def _property_batch_get(scene: Scene) -> None:
    found = scene.client.crm.properties.batch.get(
        "contacts", inputs=[{"name": "email"}], archived=False, data_sensitivity="non_sensitive"
    )
    assert [each.name for each in found.results] == ["email"]


def _property_batch_delete(scene: Scene) -> None:
    _property_create(scene)
    scene.client.crm.properties.batch.delete("contacts", inputs=[{"name": "size"}])
    assert "size" not in _property_names(scene)


def _group_create(scene: Scene) -> None:
    made = scene.client.crm.properties.groups.create("contacts", name="sizes", label="Sizes")
    assert (made.name, made.label) == ("sizes", "Sizes")


def _group_list(scene: Scene) -> None:
    found = scene.client.crm.properties.groups.list("contacts").results
    assert "contactinformation" in [each.name for each in found]


def _group_get(scene: Scene) -> None:
    found = scene.client.crm.properties.groups.get("contactinformation", object_type="contacts")
    assert found.name == "contactinformation"


def _group_update(scene: Scene) -> None:
    _group_create(scene)
    changed = scene.client.crm.properties.groups.update("sizes", object_type="contacts", label="All sizes")
    assert changed.label == "All sizes"


def _group_delete(scene: Scene) -> None:
    _group_create(scene)
    scene.client.crm.properties.groups.delete("sizes", object_type="contacts")
    assert "sizes" not in [each.name for each in scene.client.crm.properties.groups.list("contacts").results]


def _validations(scene: Scene) -> None:
    found = scene.client.crm.properties_validations.get_by_object_type_id("0-1")
    assert found.results == []


def _validations_of(scene: Scene) -> None:
    found = scene.client.crm.properties_validations.get_by_object_type_id_and_property_name(
        "firstname", object_type_id="0-1"
    )
    assert found.results == []


def _stage(label: str, probability: str = "0.5", order: int = 0) -> dict[str, Any]:
    return {"label": label, "display_order": order, "metadata": {"probability": probability}}


def _pipeline(scene: Scene) -> str:
    stages = [_stage("Begin"), _stage("Won", "1.0", 1)]
    made = scene.client.crm.pipelines.create("deals", label="Partners", display_order=3, stages=stages)
    assert [stage.label for stage in made.stages] == ["Begin", "Won"]
    return made.id


def _pipeline_create(scene: Scene) -> None:
    assert _pipeline(scene) in [each.id for each in scene.client.crm.pipelines.list("deals").results]


def _pipeline_list(scene: Scene) -> None:
    found = scene.client.crm.pipelines.list("tickets").results
    assert [each.id for each in found] == ["0"]


def _pipeline_get(scene: Scene) -> None:
    found = scene.client.crm.pipelines.get("default", object_type="deals")
    assert {stage.id: stage.metadata["probability"] for stage in found.stages}["closedlost"] == "0.0"


def _pipeline_update(scene: Scene) -> None:
    assert scene.client.crm.pipelines.update("900", object_type="deals", label="Again").label == "Again"


def _pipeline_replace(scene: Scene) -> None:
    changed = scene.client.crm.pipelines.update_all_properties(
        _pipeline(scene), object_type="deals", label="Replaced", display_order=5, stages=[_stage("Only")]
    )
    assert (changed.label, [stage.label for stage in changed.stages]) == ("Replaced", ["Only"])


def _pipeline_delete(scene: Scene) -> None:
    made = _pipeline(scene)
    scene.client.crm.pipelines.delete(made, object_type="deals")
    assert made not in [each.id for each in scene.client.crm.pipelines.list("deals").results]


def _pipeline_audit(scene: Scene) -> None:
    _pipeline_update(scene)
    found = scene.client.crm.pipelines.list_audit("900", object_type="deals").results
    assert {each.identifier for each in found} == {"900"}


def _stage_create(scene: Scene) -> str:
    made = scene.client.crm.pipelines.create_stage("900", object_type="deals", **_stage("Extra", "0.3", 9))
    assert (made.label, made.metadata["probability"]) == ("Extra", "0.3")
    return made.id


def _stage_made(scene: Scene) -> None:
    assert _stage_create(scene).isdigit()


def _stage_list(scene: Scene) -> None:
    found = scene.client.crm.pipelines.list_stages("900", object_type="deals").results
    assert [each.id for each in found] == ["901", "902", "903"]


_RENEWALS = {"object_type": "deals", "pipeline_id": "900"}


def _stage_get(scene: Scene) -> None:
    assert scene.client.crm.pipelines.get_stage("902", **_RENEWALS).label == "Renewed"


def _stage_update(scene: Scene) -> None:
    changed = scene.client.crm.pipelines.update_stage("901", **_RENEWALS, label="Soon", metadata={"probability": "0.6"})
    assert (changed.label, changed.metadata["probability"]) == ("Soon", "0.6")


def _stage_replace(scene: Scene) -> None:
    changed = scene.client.crm.pipelines.update_stage_all_properties("901", **_RENEWALS, **_stage("Now", "0.7"))
    assert (changed.label, changed.metadata["probability"]) == ("Now", "0.7")


def _stage_delete(scene: Scene) -> None:
    made = _stage_create(scene)
    scene.client.crm.pipelines.delete_stage(made, **_RENEWALS)
    found = scene.client.crm.pipelines.list_stages("900", object_type="deals").results
    assert made not in [each.id for each in found]


def _stage_audit(scene: Scene) -> None:
    _stage_update(scene)
    found = scene.client.crm.pipelines.list_stage_audit("901", **_RENEWALS).results
    assert {each.identifier for each in found} == {"901"}


def _owners(scene: Scene) -> None:
    assert [each.id for each in scene.client.crm.owners.list(limit=1)] == ["501", "502"]
    assert [each.id for each in scene.client.crm.owners.list(email="bo@demo.example")] == ["502"]


def _owner(scene: Scene) -> None:
    assert scene.client.crm.owners.get(501).email == "ada@demo.example"
    assert scene.client.crm.owners.get(78, id_property="userId").id == "502"


def _links(scene: Scene, object_type: str, object_id: str, to_type: str) -> list[str]:
    found = scene.client.crm.associations.list(to_type, object_type=object_type, object_id=object_id)
    return sorted(str(each.to_object_id) for each in found)


_TO_COMPANY = {"object_type": "contacts", "object_id": "11", "to_object_type": "companies"}


def _link_create(scene: Scene) -> None:
    scene.client.crm.associations.create(
        "22", from_object_type="contacts", from_object_id="12", to_object_type="companies"
    )
    assert _links(scene, "companies", "22", "contacts") == ["12"]


def _link_list(scene: Scene) -> None:
    assert _links(scene, "deals", "31", "companies") == ["21"]


def _link_delete(scene: Scene) -> None:
    scene.client.crm.associations.delete("21", **_TO_COMPANY)
    assert _links(scene, "contacts", "11", "companies") == []


def _link_labels(scene: Scene) -> None:
    body = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    scene.client.crm.associations.update_labels("22", **_TO_COMPANY, body=body)
    assert _links(scene, "contacts", "11", "companies") == ["21", "22"]


def _link_search(scene: Scene) -> None:
    found = scene.client.crm.associations.search(
        "contacts",
        filter_groups=[{"filters": [{"propertyName": "associations.company", "operator": "EQ", "value": "21"}]}],
        properties=["email"],
        limit=10,
        sorts=[],
        after="0",
    )
    assert [each.id for each in found.results] == ["11"]


_CONTACTS = {"from_object_type": "contacts"}


def _pair(left: str, right: str) -> dict[str, Any]:
    return {"from": {"id": left}, "to": {"id": right}}


def _types(number: int) -> dict[str, Any]:
    return {"types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]}


def _batch_link(scene: Scene) -> None:
    inputs = [{**_pair("12", "22"), **_types(279)}, {**_pair("13", "22"), **_types(279)}]
    done = scene.client.crm.associations.batch.create("companies", **_CONTACTS, inputs=inputs)
    assert done.status == "COMPLETE"
    assert _links(scene, "companies", "22", "contacts") == ["12", "13"]


def _batch_default(scene: Scene) -> None:
    scene.client.crm.associations.batch.create_default("companies", **_CONTACTS, inputs=[_pair("12", "22")])
    assert _links(scene, "companies", "22", "contacts") == ["12"]


def _batch_links(scene: Scene) -> None:
    found = scene.client.crm.associations.batch.get("companies", **_CONTACTS, inputs=[{"id": "11"}, {"id": "12"}])
    assert [[str(to.to_object_id) for to in each.to] for each in found.results] == [["21"]]


def _batch_unlink(scene: Scene) -> None:
    inputs = [{"from": {"id": "11"}, "to": [{"id": "21"}]}]
    scene.client.crm.associations.batch.delete("companies", **_CONTACTS, inputs=inputs)
    assert _links(scene, "contacts", "11", "companies") == []


def _batch_unlabel(scene: Scene) -> None:
    inputs = [{**_pair("11", "21"), **_types(1)}]
    scene.client.crm.associations.batch.delete_labels("companies", **_CONTACTS, inputs=inputs)
    found = scene.client.crm.associations.list("companies", object_type="contacts", object_id="11")
    assert [[kind.type_id for kind in each.association_types] for each in found] == [[279]]


def _labels(scene: Scene) -> dict[str, int]:
    found = scene.client.crm.associations_schema.labels.list_labels("deals", from_object_type="contacts").results
    return {each.label: each.type_id for each in found if each.label}


def _label_list(scene: Scene) -> None:
    found = scene.client.crm.associations_schema.labels.list_labels("companies", from_object_type="contacts").results
    assert {each.type_id for each in found} >= {1, 279}


def _label_create(scene: Scene) -> None:
    scene.client.crm.associations_schema.labels.create_label("deals", **_CONTACTS, label="Champion", name="champion")
    assert "Champion" in _labels(scene)


def _label_update(scene: Scene) -> None:
    _label_create(scene)
    scene.client.crm.associations_schema.labels.update_label(
        "deals", **_CONTACTS, association_type_id=_labels(scene)["Champion"], label="Sponsor"
    )
    assert "Sponsor" in _labels(scene)


def _label_delete(scene: Scene) -> None:
    _label_create(scene)
    number = _labels(scene)["Champion"]
    scene.client.crm.associations_schema.labels.delete_label(number, **_CONTACTS, to_object_type="deals")
    assert "Champion" not in _labels(scene)


def _schemas(scene: Scene) -> None:
    found = scene.client.crm.object_schemas.list().results
    assert [each.object_type_id for each in found] == [SUBSCRIPTIONS]


def _schema(scene: Scene) -> None:
    found = scene.client.crm.object_schemas.get(SUBSCRIPTIONS)
    assert found.primary_display_property == "subscription_name"


def _limit(name: str, *arguments: str, **named: str) -> Case:
    def case(scene: Scene) -> None:
        assert getattr(scene.client.crm.limits, name)(*arguments, **named) is not None

    return case


def _lists_search(scene: Scene) -> None:
    found = scene.client.crm.lists.list_by_search(list_ids=[], offset=0, processing_types=["DYNAMIC"])
    assert (found.total, [each.name for each in found.lists]) == (1, ["Newsletter readers"])


def _lists(scene: Scene) -> None:
    assert [each.list_id for each in scene.client.crm.lists.list(list_ids=["1", "3"]).lists] == ["1", "3"]


def _list(scene: Scene) -> None:
    assert scene.client.crm.lists.get("1").list.size == 3


def _list_by_name(scene: Scene) -> None:
    found = scene.client.crm.lists.get_by_object_type_and_name("Key accounts", object_type_id="0-2").list
    assert found.list_id == "3"


def _members(scene: Scene) -> None:
    assert [each.record_id for each in scene.client.crm.lists.list_memberships("1", limit=2)] == ["11", "12", "13"]


def _members_by_joining(scene: Scene) -> None:
    found = scene.client.crm.lists.get_memberships_join_order("1", limit=2)
    assert [each.record_id for each in found.results] == ["13", "12"]


def _lists_of_record(scene: Scene) -> None:
    found = scene.client.crm.lists.get_record_memberships("11", object_type_id="0-1").results
    assert [each.list_id for each in found] == ["1", "2"]


def _account(scene: Scene) -> None:
    found = scene.client.account.get()
    assert (found.portal_id, found.time_zone, found.company_currency) == (4242, "America/New_York", "USD")


def _usage(scene: Scene) -> None:
    found = scene.client.account.get_daily_private_apps_usage()
    assert found.results


_APP = {"client_id": DEFAULT_APP.client_id, "client_secret": DEFAULT_APP.client_secret}


def _token(scene: Scene) -> None:
    code = scene.sandbox.tokens.mint_code("demo")
    issued = scene.client.auth.oauth.create_token(
        **_APP, grant_type="authorization_code", code=code, redirect_uri=min(DEFAULT_APP.redirect_uris)
    )
    again = scene.client.auth.oauth.create_token(**_APP, grant_type="refresh_token", refresh_token=issued.refresh_token)
    assert (issued.hub_id, issued.token_use, again.refresh_token) == (4242, "access_token", issued.refresh_token)


def _introspect(scene: Scene) -> None:
    issued = scene.install()
    access = scene.client.auth.oauth.introspect_token(**_APP, token=issued.token)
    assert (access.active, access.user, access.signed_access_token.hublet) == (True, "ada@demo.example", "na1")
    refresh = scene.client.auth.oauth.introspect_token(**_APP, token=issued.refresh_token)
    assert refresh.token_use == "refresh_token"


def _revoke(scene: Scene) -> None:
    issued = scene.install()
    scene.client.auth.oauth.revoke_token(**_APP, token=issued.refresh_token)
    assert scene.sandbox.tokens.find_refresh(issued.refresh_token) is None


def _uninstall(scene: Scene) -> None:
    issued = scene.install()
    scene.client.with_options(access_token=issued.token).crm.app_uninstalls.uninstall()
    assert scene.sandbox.tokens.find_access(issued.token) is None


def _company_currency(scene: Scene) -> None:
    assert scene.client.settings.currencies.get_company_currency().id == "USD"


def _rates(scene: Scene) -> None:
    found = list(scene.client.settings.currencies.exchange_rates.list_exchange_rates(limit=1))
    assert [each.conversion_rate for each in found] == [1.1, 1.2]


def _current_rates(scene: Scene) -> None:
    found = scene.client.settings.currencies.exchange_rates.list_current_exchange_rates().results
    assert [(each.from_currency_code, each.conversion_rate) for each in found] == [("EUR", 1.2)]


def _rate(scene: Scene) -> None:
    rates = scene.client.settings.currencies.exchange_rates
    first = rates.list_exchange_rates(limit=1).results[0]
    assert rates.get_exchange_rate_by_id(first.id).conversion_rate == 1.1


CASES: dict[str, Case] = {
    **{name: case for family, kind in _TYPED.items() for name, case in Records(family, kind).cases().items()},
    **Records("crm.objects.custom", KINDS[SUBSCRIPTIONS], any_type=True).cases(),
    **Records("crm.objects.generic_objects", KINDS[SUBSCRIPTIONS], any_type=True).cases(),
    "crm.properties.create": _property_create,
    "crm.properties.list": _property_list,
    "crm.properties.get": _property_get,
    "crm.properties.update": _property_update,
    "crm.properties.delete": _property_delete,
    "crm.properties.batch.create": _property_batch_create,
    "crm.properties.batch.get": _property_batch_get,
    "crm.properties.batch.delete": _property_batch_delete,
    "crm.properties.groups.create": _group_create,
    "crm.properties.groups.list": _group_list,
    "crm.properties.groups.get": _group_get,
    "crm.properties.groups.update": _group_update,
    "crm.properties.groups.delete": _group_delete,
    "crm.properties_validations.get_by_object_type_id": _validations,
    "crm.properties_validations.get_by_object_type_id_and_property_name": _validations_of,
    "crm.pipelines.create": _pipeline_create,
    "crm.pipelines.list": _pipeline_list,
    "crm.pipelines.get": _pipeline_get,
    "crm.pipelines.update": _pipeline_update,
    "crm.pipelines.update_all_properties": _pipeline_replace,
    "crm.pipelines.delete": _pipeline_delete,
    "crm.pipelines.list_audit": _pipeline_audit,
    "crm.pipelines.create_stage": _stage_made,
    "crm.pipelines.list_stages": _stage_list,
    "crm.pipelines.get_stage": _stage_get,
    "crm.pipelines.update_stage": _stage_update,
    "crm.pipelines.update_stage_all_properties": _stage_replace,
    "crm.pipelines.delete_stage": _stage_delete,
    "crm.pipelines.list_stage_audit": _stage_audit,
    "crm.owners.list": _owners,
    "crm.owners.get": _owner,
    "crm.associations.create": _link_create,
    "crm.associations.list": _link_list,
    "crm.associations.delete": _link_delete,
    "crm.associations.update_labels": _link_labels,
    "crm.associations.search": _link_search,
    "crm.associations.batch.create": _batch_link,
    "crm.associations.batch.create_default": _batch_default,
    "crm.associations.batch.get": _batch_links,
    "crm.associations.batch.delete": _batch_unlink,
    "crm.associations.batch.delete_labels": _batch_unlabel,
    "crm.associations_schema.labels.list_labels": _label_list,
    "crm.associations_schema.labels.create_label": _label_create,
    "crm.associations_schema.labels.update_label": _label_update,
    "crm.associations_schema.labels.delete_label": _label_delete,
    "crm.object_schemas.list": _schemas,
    "crm.object_schemas.get": _schema,
    "crm.limits.get_association_label_limits": _limit("get_association_label_limits"),
    "crm.limits.get_association_records_limits_by_object_type": _limit(
        "get_association_records_limits_by_object_type", "0-2", from_object_type_id="0-1"
    ),
    "crm.limits.get_association_records_limits_from_objects": _limit("get_association_records_limits_from_objects"),
    "crm.limits.get_association_records_limits_to_objects": _limit("get_association_records_limits_to_objects", "0-1"),
    "crm.limits.get_calculated_property_limits": _limit("get_calculated_property_limits"),
    "crm.limits.get_custom_object_type_limits": _limit("get_custom_object_type_limits"),
    "crm.limits.get_custom_property_limits": _limit("get_custom_property_limits"),
    "crm.limits.get_pipeline_limits": _limit("get_pipeline_limits"),
    "crm.limits.get_record_limits": _limit("get_record_limits"),
    "crm.lists.list_by_search": _lists_search,
    "crm.lists.list": _lists,
    "crm.lists.get": _list,
    "crm.lists.get_by_object_type_and_name": _list_by_name,
    "crm.lists.list_memberships": _members,
    "crm.lists.get_memberships_join_order": _members_by_joining,
    "crm.lists.get_record_memberships": _lists_of_record,
    "crm.app_uninstalls.uninstall": _uninstall,
    "account.get": _account,
    "account.get_daily_private_apps_usage": _usage,
    "auth.oauth.create_token": _token,
    "auth.oauth.introspect_token": _introspect,
    "auth.oauth.revoke_token": _revoke,
    "settings.currencies.get_company_currency": _company_currency,
    "settings.currencies.exchange_rates.list_exchange_rates": _rates,
    "settings.currencies.exchange_rates.list_current_exchange_rates": _current_rates,
    "settings.currencies.exchange_rates.get_exchange_rate_by_id": _rate,
    **MARKETING_CASES,
}
