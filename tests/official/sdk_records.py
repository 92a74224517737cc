"""The cases of `hubspot-sdk` that every type of records shares."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from tests.official.scene import Kind, Scene

__all__ = ["Case", "Records"]

Case = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Records:
    """The cases of one type of records; families for any type take it as `object_type`."""

    family: str
    kind: Kind
    any_type: bool = False

    def cases(self) -> dict[str, Case]:
        """Return every case of the family by the operation's name."""
        found: dict[str, Case] = {
            "list": self.list_all,
            "get": self.get,
            "create": self.create,
            "update": self.update,
            "delete": self.delete,
            "search": self.search,
            "batch.get": self.batch_get,
            "batch.create": self.batch_create,
            "batch.update": self.batch_update,
            "batch.upsert": self.batch_upsert,
            "batch.delete": self.batch_delete,
        }
        if self.kind.name in {"contacts", "companies", "deals", "tickets"} or self.family == "crm.objects.custom":
            found["merge"] = self.merge
        if self.family == "crm.objects.contacts":
            found["gdpr_delete"] = self.gdpr_delete
        return {f"{self.family}.{name}": case for name, case in found.items()}

    @property
    def first(self) -> tuple[str, ...]:
        """Return the leading argument of calls that are about the type as a whole."""
        return (self.kind.name,) if self.any_type else ()

    @property
    def named(self) -> dict[str, str]:
        """Return the further argument of calls that are about one record."""
        return {"object_type": self.kind.name} if self.any_type else {}

    def api(self, scene: Scene) -> Any:
        """Return the family's object of the client."""
        return attrgetter(self.family)(scene.client)

    def batch(self, scene: Scene) -> Any:
        """Return the family's batch object of the client."""
        return attrgetter(f"{self.family}.batch")(scene.client)

    def list_all(self, scene: Scene) -> None:
        found = [each.id for each in self.api(scene).list(*self.first, limit=1)]
        assert found[:2] == list(self.kind.ids)
        assert len(found) == len(set(found))

    def get(self, scene: Scene) -> None:
        name, text = self.kind.finds
        found = self.api(scene).get(self.kind.ids[0], **self.named, properties=[name])
        assert (found.id, found.properties[name], found.archived) == (self.kind.ids[0], text, False)

    def create(self, scene: Scene) -> None:
        made = self.api(scene).create(*self.first, properties=self.kind.new, associations=[])
        assert made.properties.items() >= self.kind.new.items()

    def update(self, scene: Scene) -> None:
        name, value = self.kind.change
        self.api(scene).update(self.kind.ids[0], **self.named, properties={name: value})
        assert self.api(scene).get(self.kind.ids[0], **self.named, properties=[name]).properties[name] == value

    def delete(self, scene: Scene) -> None:
        self.api(scene).delete(self.kind.ids[0], **self.named)
        page = self.api(scene).list(*self.first, archived=True)
        assert [(each.id, each.archived) for each in page.results] == [(self.kind.ids[0], True)]

    def search(self, scene: Scene) -> None:
        name, text = self.kind.finds
        groups = [{"filters": [{"propertyName": name, "operator": "EQ", "value": text}]}]
        found = self.api(scene).search(
            *self.first, filter_groups=groups, properties=[name], limit=10, sorts=[], after="0"
        )
        assert [each.id for each in found.results] == [self.kind.ids[0]]

    def merge(self, scene: Scene) -> None:
        first, second = self.kind.ids
        done = self.api(scene).merge(*self.first, primary_object_id=first, object_id_to_merge=second)
        assert done.id == first
        assert second not in [each.id for each in self.api(scene).list(*self.first, limit=100)]

    def gdpr_delete(self, scene: Scene) -> None:
        self.api(scene).gdpr_delete(object_id=self.kind.ids[0])
        assert self.kind.ids[0] not in [each.id for each in self.api(scene).list(limit=100)]

    def batch_get(self, scene: Scene) -> None:
        found = self.batch(scene).get(
            *self.first,
            inputs=[{"id": each} for each in self.kind.ids],
            properties=[self.kind.finds[0]],
            properties_with_history=[],
        )
        assert (found.status, {each.id for each in found.results}) == ("COMPLETE", set(self.kind.ids))

    def batch_create(self, scene: Scene) -> None:
        made = self.batch(scene).create(*self.first, inputs=[{"properties": self.kind.new, "associations": []}])
        assert made.results[0].properties.items() >= self.kind.new.items()

    def batch_update(self, scene: Scene) -> None:
        name, value = self.kind.change
        inputs = [{"id": each, "properties": {name: value}} for each in self.kind.ids]
        done = self.batch(scene).update(*self.first, inputs=inputs)
        assert {each.id: each.properties[name] for each in done.results} == dict.fromkeys(self.kind.ids, value)

    def batch_upsert(self, scene: Scene) -> None:
        group = scene.client.crm.properties.groups.list(self.kind.name).results[0].name
        scene.client.crm.properties.create(
            self.kind.name,
            name="erp_key",
            label="ERP key",
            type="string",
            field_type="text",
            group_name=group,
            has_unique_value=True,
        )
        made = {"id": "K-1", "idProperty": "erp_key", "properties": {**self.kind.new, "erp_key": "K-1"}}
        done = self.batch(scene).upsert(*self.first, inputs=[made])
        assert [each.new for each in done.results] == [True]
        again = self.batch(scene).upsert(*self.first, inputs=[{**made, "properties": dict([self.kind.change])}])
        assert [(each.id, each.new) for each in again.results] == [(done.results[0].id, False)]

    def batch_delete(self, scene: Scene) -> None:
        self.batch(scene).delete(*self.first, inputs=[{"id": each} for each in self.kind.ids])
        page = self.api(scene).list(*self.first, archived=True)
        assert {each.id for each in page.results} == set(self.kind.ids)
