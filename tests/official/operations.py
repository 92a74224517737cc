"""Reads out of the official clients' own code every operation that they can call: its name, method and path.

Nothing here is a list by hand, so an operation that a newer client adds shows up in the coverage test by itself.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass

import hubspot
import hubspot_sdk.resources

__all__ = ["Operation", "api_client_operations", "sdk_operations"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that a client can make; `name` is how one spells it on the client object."""

    name: str
    method: str
    template: str

    def was_called_as(self, method: str, path: str) -> bool:
        """Tell whether a request is this call."""
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.template.rstrip("/")))
        return method == self.method and re.fullmatch(pattern, path.rstrip("/")) is not None


def api_client_operations(families: tuple[str, ...]) -> list[Operation]:
    """Return the operations of `hubspot-api-client` in these families, as `crm.contacts.basic_api.get_page`."""
    return [found for family in families for found in _of_api_module(family)]


def sdk_operations(families: tuple[str, ...]) -> list[Operation]:
    """Return the operations of `hubspot-sdk` in these families and below them, as `crm.objects.contacts.list`."""
    root = hubspot_sdk.resources
    found: list[Operation] = []
    for info in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        place = info.name.removeprefix(f"{root.__name__}.").split(".")
        if len(place) > 1 and place[-1] == place[-2]:
            place.pop()
        name = ".".join(place)
        if any(name == family or name.startswith(f"{family}.") for family in families):
            found += [each for each in _of_sdk_module(info.name, name) if each not in found]
    return found


def _of_api_module(family: str) -> Iterator[Operation]:
    module = importlib.import_module(f"{hubspot.__name__}.{family}.api")
    for class_name, api in sorted(vars(module).items()):
        if not class_name.endswith("Api"):
            continue
        attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()
        for method_name, function in inspect.getmembers(api, inspect.isfunction):
            if method_name.endswith("_with_http_info"):
                call = re.search(r'call_api\(\s*"([^"]+)",\s*"([A-Z]+)"', inspect.getsource(function))
                assert call is not None, f"no call in {family}.{class_name}.{method_name}"
                name = method_name.removesuffix("_with_http_info")
                yield Operation(f"{family}.{attribute}.{name}", call[2], call[1])


def _of_sdk_module(module_name: str, name: str) -> Iterator[Operation]:
    module = importlib.import_module(module_name)
    for class_name, resource in vars(module).items():
        if not class_name.endswith("Resource") or class_name.startswith("Async") or resource.__module__ != module_name:
            continue
        for method_name, function in vars(resource).items():
            if method_name.startswith("_") or not inspect.isfunction(function):
                continue
            source = inspect.getsource(function)
            call = re.search(r'self\._(\w+)\(\s*(?:path_template\(\s*)?f?"(/[^"]+)"', source)
            assert call is not None, f"no call in {name}.{method_name}"
            given = re.search(r'method="(\w+)"', source)
            verb = call[1] if call[1] != "get_api_list" else given[1] if given else "get"
            yield Operation(f"{name}.{method_name}", verb.upper(), call[2])
