"""The cases of `hubspot-api-client` that every type of records shares."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from tests.official.scene import Kind, Scene

__all__ = ["Case", "Records"]

Case = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Records:
    """The cases of one type of records; the generic family takes the type as its first argument (`prefix`)."""

    family: str
    kind: Kind
    prefix: tuple[str, ...] = ()

    def cases(self) -> dict[str, Case]:
        """Return every case of the family by the operation's name."""
        found: dict[str, Case] = {
            "basic_api.get_page": self.get_page,
            "basic_api.get_by_id": self.get_by_id,
            "basic_api.create": self.create,
            "basic_api.update": self.update,
            "basic_api.archive": self.archive,
            "batch_api.read": self.batch_read,
            "batch_api.create": self.batch_create,
            "batch_api.update": self.batch_update,
            "batch_api.upsert": self.batch_upsert,
            "batch_api.archive": self.batch_archive,
            "search_api.do_search": self.do_search,
        }
        if self.family in {"crm.contacts", "crm.companies", "crm.deals", "crm.tickets"}:
            found["basic_api.merge"] = self.merge
        if self.family == "crm.contacts":
            found["basic_api.purge"] = self.purge
        return {f"{self.family}.{name}": case for name, case in found.items()}

    def api(self, scene: Scene, name: str) -> Any:
        """Return one API object of the family."""
        return attrgetter(f"{self.family}.{name}")(scene.client)

    def unique_property(self, scene: Scene) -> str:
        """Make a property whose values are unique, to upsert by, and return its name."""
        group = scene.client.crm.properties.groups_api.get_all(self.kind.name).results[0].name
        body = {
            "name": "erp_key",
            "label": "ERP key",
            "type": "string",
            "fieldType": "text",
            "groupName": group,
            "hasUniqueValue": True,
        }
        return scene.client.crm.properties.core_api.create(self.kind.name, body).name

    def get_page(self, scene: Scene) -> None:
        first, second = self.kind.ids
        page = self.api(scene, "basic_api").get_page(*self.prefix, limit=1, properties=[self.kind.finds[0]])
        assert [each.id for each in page.results] == [first]
        assert page.results[0].properties[self.kind.finds[0]] == self.kind.finds[1]
        rest = self.api(scene, "basic_api").get_page(*self.prefix, limit=1, after=page.paging.next.after)
        assert [each.id for each in rest.results] == [second]

    def get_by_id(self, scene: Scene) -> None:
        first, _ = self.kind.ids
        found = self.api(scene, "basic_api").get_by_id(*self.prefix, first, properties=[self.kind.finds[0]])
        assert (found.id, found.properties[self.kind.finds[0]], found.archived) == (first, self.kind.finds[1], False)
        assert found.created_at.tzinfo is not None

    def create(self, scene: Scene) -> None:
        made = self.api(scene, "basic_api").create(*self.prefix, {"properties": self.kind.new, "associations": []})
        assert made.properties.items() >= self.kind.new.items()
        assert self.api(scene, "basic_api").get_by_id(*self.prefix, made.id).id == made.id

    def update(self, scene: Scene) -> None:
        first, _ = self.kind.ids
        changed, value = self.kind.change
        self.api(scene, "basic_api").update(*self.prefix, first, {"properties": {changed: value}})
        found = self.api(scene, "basic_api").get_by_id(*self.prefix, first, properties=[changed])
        assert found.properties[changed] == value

    def archive(self, scene: Scene) -> None:
        first, _ = self.kind.ids
        self.api(scene, "basic_api").archive(*self.prefix, first)
        page = self.api(scene, "basic_api").get_page(*self.prefix, archived=True)
        assert [(each.id, each.archived) for each in page.results] == [(first, True)]
        assert page.results[0].archived_at is not None

    def merge(self, scene: Scene) -> None:
        first, second = self.kind.ids
        body = {"primaryObjectId": first, "objectIdToMerge": second}
        assert self.api(scene, "basic_api").merge(body).id == first
        assert second not in [each.id for each in self.api(scene, "basic_api").get_page(limit=100).results]

    def purge(self, scene: Scene) -> None:
        first, _ = self.kind.ids
        self.api(scene, "basic_api").purge({"objectId": first})
        assert first not in [each.id for each in self.api(scene, "basic_api").get_page(limit=100).results]

    def batch_read(self, scene: Scene) -> None:
        first, second = self.kind.ids
        body = {
            "inputs": [{"id": first}, {"id": second}],
            "properties": [self.kind.finds[0]],
            "propertiesWithHistory": [],
        }
        found = self.api(scene, "batch_api").read(*self.prefix, body)
        assert (found.status, {each.id for each in found.results}) == ("COMPLETE", {first, second})

    def batch_create(self, scene: Scene) -> None:
        body = {"inputs": [{"properties": self.kind.new, "associations": []}]}
        made = self.api(scene, "batch_api").create(*self.prefix, body)
        assert made.results[0].properties.items() >= self.kind.new.items()

    def batch_update(self, scene: Scene) -> None:
        changed, value = self.kind.change
        body = {"inputs": [{"id": each, "properties": {changed: value}} for each in self.kind.ids]}
        done = self.api(scene, "batch_api").update(*self.prefix, body)
        assert {each.id: each.properties[changed] for each in done.results} == dict.fromkeys(self.kind.ids, value)

    def batch_upsert(self, scene: Scene) -> None:
        changed, value = self.kind.change
        key = self.unique_property(scene)
        made = {"id": "K-1", "idProperty": key, "properties": {**self.kind.new, key: "K-1"}}
        done = self.api(scene, "batch_api").upsert(*self.prefix, {"inputs": [made]})
        assert [each.new for each in done.results] == [True]
        again = {"id": "K-1", "idProperty": key, "properties": {changed: value}}
        done_again = self.api(scene, "batch_api").upsert(*self.prefix, {"inputs": [again]})
        assert [(each.id, each.new) for each in done_again.results] == [(done.results[0].id, False)]

    def batch_archive(self, scene: Scene) -> None:
        self.api(scene, "batch_api").archive(*self.prefix, {"inputs": [{"id": each} for each in self.kind.ids]})
        page = self.api(scene, "basic_api").get_page(*self.prefix, archived=True)
        assert {each.id for each in page.results} == set(self.kind.ids)

    def do_search(self, scene: Scene) -> None:
        first, _ = self.kind.ids
        name, text = self.kind.finds
        one = {"filters": [{"propertyName": name, "operator": "EQ", "value": text}]}
        found = self.api(scene, "search_api").do_search(
            *self.prefix, {"filterGroups": [one], "properties": [name], "limit": 10, "sorts": [], "after": "0"}
        )
        assert (found.total, [each.id for each in found.results]) == (1, [first])
