"""ETSI's own OpenAPI files as a judge of our requests and answers (SOL003 and SOL005 3.7.1).

The files stay as they were published; what is known to be wrong in them is put right when they are loaded. Two things
are stricter than published: an object has no attributes but those that are defined, and every answer is described.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import yaml
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]

SOL003 = "nfv-sol002-sol003/SOL003"
SOL005 = "nfv-sol005/SOL005"
INTERFACES = {
    "/vnflcm/v2": (f"{SOL003}/VNFLifecycleManagement/VNFLifecycleManagement.yaml",),
    "/vnfpkgm/v2": (
        f"{SOL005}/VNFPackageManagement/VNFPackageManagement.yaml",
        f"{SOL003}/VNFPackageManagement/VNFPackageManagement.yaml",
    ),
}
"""The files that describe what is below a prefix; the first that has a path counts."""
JSON_TYPES = ("application/json", "application/problem+json")
VNFC_INFO = "/nfv-sol002-sol003/SOL002/VNFLifecycleManagement/definitions/SOL002VNFLifecycleManagement_def.yaml"


class EtsiOpenApi:
    """Judges requests and answers; `seen` tells which were judged."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the files as they were published."""
        self._folder = folder.resolve()
        self._registry = _registry([self._folder / file for files in INTERFACES.values() for file in files])
        self.seen: set[tuple[str, str, int]] = set()

    def covers(self, path: str) -> bool:
        """The path belongs to an interface that the files describe."""
        return any(path.startswith(f"{prefix}/") for prefix in INTERFACES)

    def judge(self, exchange: httpx.Response) -> None:
        """Fail where an answer, or the request it accepts, is not as described."""
        path = unquote(urlsplit(str(exchange.request.url)).path)
        prefix = next(prefix for prefix in INTERFACES if path.startswith(f"{prefix}/"))
        assert exchange.headers.get("Version", "").startswith("2."), f"no Version in the answer to {path}"
        described = self._operation(prefix, exchange.request.method, path.removeprefix(prefix))
        if exchange.is_error and exchange.request.method != "HEAD":
            self._judge_problem(exchange)
        elif described is not None:
            self._judge_success(exchange, *described)

    def validate(self, document: Any, uri: str) -> None:  # noqa: ANN401 - any JSON
        """Fail with every complaint where a document is not as the schema at a URI says."""
        checker = FormatChecker(formats=["date-time"])
        validator = OAS30Validator({"$ref": uri}, registry=self._registry, format_checker=checker)
        complaints = [f"{error.json_path}: {_short(error.message)}" for error in validator.iter_errors(document)]
        assert not complaints, f"{uri}:\n" + "\n".join(complaints)

    def uri(self, file: str) -> str:
        """The URI of a file."""
        return f"file://{self._folder}/{file}"

    def _judge_problem(self, exchange: httpx.Response) -> None:
        assert exchange.headers["Content-Type"] == "application/problem+json", exchange.text
        definitions = self.uri(f"{SOL003}/General_Definitions/SOL003_def.yaml")
        problem = exchange.json()
        self.validate(problem, f"{definitions}#/definitions/ProblemDetails")
        assert problem["status"] == exchange.status_code

    def _judge_success(self, exchange: httpx.Response, template: str, described: Json, resolver: Any) -> None:  # noqa: ANN401
        method, status = exchange.request.method, exchange.status_code
        responses = described["responses"]
        assert str(status) in responses, f"{method} {template} answered {status}, described are {sorted(responses)}"
        answer, at_answer = _looked_up(responses[str(status)], resolver)
        assert "Location" not in answer.get("headers", {}) or exchange.headers.get("Location")
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:  # Files are described by words alone.
            assert exchange.content == b"" or exchange.headers["Content-Type"] not in JSON_TYPES
        else:
            self._validate_at(exchange.json(), schema, at_answer)
        if exchange.request.headers.get("Content-Type") in {"application/json", "application/merge-patch+json"}:
            body, at_body = _looked_up(described["requestBody"], resolver)
            request = json.loads(exchange.request.content)
            self._validate_at(request, body["content"]["application/json"]["schema"], at_body)
        self.seen.add((method, template, status))

    def _validate_at(self, document: Any, schema: Json, resolver: Any) -> None:  # noqa: ANN401
        beside = f"{resolver._base_uri}.{md5(json.dumps(schema).encode(), usedforsecurity=False).hexdigest()}"
        if beside not in self._registry:
            self._registry = self._registry.with_resource(beside, DRAFT202012.create_resource(schema)).crawl()
        self.validate(document, beside)

    def _operation(self, prefix: str, method: str, path: str) -> tuple[str, Json, Any] | None:
        for file in INTERFACES[prefix]:
            resolved = self._registry.resolver().lookup(self.uri(file))
            for template, item in resolved.contents["paths"].items():
                if re.fullmatch(_pattern(template), path):
                    described, at_item = _looked_up(item, resolved.resolver)
                    operation = described.get(method.lower())
                    return (template, operation, at_item) if operation else None
        return None


def _pattern(template: str) -> str:
    """The path of an artifact may have slashes in it."""
    return re.sub(r"\{[^}]+\}", "[^/]+", template.replace("{artifactPath}", ".+"))


def _registry(entries: list[Path]) -> Registry[Any]:
    """These files and all that they refer to."""
    documents: dict[Path, Json] = {}
    waiting = list(entries)
    while waiting:
        path = waiting.pop()
        if path not in documents:
            documents[path] = _mended(path)
            waiting += [(path.parent / file).resolve() for file in _files_named_in(documents[path])]
    resources = [(f"file://{path}", DRAFT202012.create_resource(document)) for path, document in documents.items()]
    empty: Registry[Any] = Registry()
    return empty.with_resources(resources).crawl()


def _files_named_in(part: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(part, list | dict):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _files_named_in(item)
    if isinstance(part, dict) and isinstance(part.get("$ref"), str) and (file := part["$ref"].partition("#")[0]):
        yield file


def _short(text: str) -> str:
    return text if len(text) < 400 else f"{text[:200]} ... {text[-200:]}"


def _looked_up(part: Json, resolver: Any) -> tuple[Json, Any]:  # noqa: ANN401
    if "$ref" not in part:
        return part, resolver
    resolved = resolver.lookup(part["$ref"])
    return _looked_up(resolved.contents, resolved.resolver)


def _mended(path: Path) -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Json = _rewritten(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506 - both are safe
    for name, definition in document.get("definitions", {}).items():
        if mend := MENDINGS.get(name):
            mend(definition)
    answers = document.get("components", {}).get("responses", {})
    if "VnfLcmOpOccs.Get.200" in answers:  # a list, described as one occurrence
        content = answers["VnfLcmOpOccs.Get.200"]["content"]["application/json"]
        content["schema"] = {"type": "array", "items": content["schema"]}
    if "IndividualVnfInstance.Patch.202" in answers:  # its own text: "The response body shall be empty."
        answers["IndividualVnfInstance.Patch.202"].pop("content", None)
    return document


def _rewritten(part: Any) -> Any:  # noqa: ANN401
    """Defects that are everywhere: keys that are numbers, siblings of $ref, unknown names in `required`."""
    if isinstance(part, list):
        return [_rewritten(item) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        return {"$ref": part["$ref"]}
    rewritten = {str(key): _rewritten(value) for key, value in part.items() if not (key == "items" and value is None)}
    properties = rewritten.get("properties")
    if rewritten.get("type") == "object" and isinstance(properties, dict):
        rewritten.setdefault("additionalProperties", False)
        rewritten["required"] = [name for name in rewritten.get("required", ()) if name in properties]
    return rewritten


def _mend_addresses(definition: Json) -> None:
    """The choice of one kind of address belongs to each entry of ipAddresses."""
    choice = definition.pop("oneOf")
    definition["properties"]["ipAddresses"]["items"]["oneOf"] = [
        {"required": ["addressRange"]} if kind == {"required": ["ipAddressRange"]} else kind for kind in choice
    ]


def _mend_occurrence(definition: Json) -> None:
    """Not both, where "exactly one" is written."""
    definition["not"] = {"required": [name for choice in definition.pop("oneOf") for name in choice["required"]]}


def _mend_scale_info(definition: Json) -> None:
    properties = definition["properties"]
    properties.pop("scaleToLevel", None)
    properties["scaleLevel"] = {"type": "integer"}
    definition["required"] = ["aspectId", "scaleLevel"]


def _mend_instance(definition: Json) -> None:
    """A VNF may have no external CP. SOL002's vnfcInfo is shown as well."""
    info = definition["properties"]["instantiatedVnfInfo"]["properties"]
    info["extCpInfo"].pop("minItems", None)
    sol002 = f"../../..{VNFC_INFO.removeprefix('/nfv-sol002-sol003')}#/definitions/VnfcInfo"
    info.setdefault("vnfcInfo", {"type": "array", "items": {"$ref": sol002}})


def _mend_modification(definition: Json) -> None:
    """As the text of the clause has it: vnfdId (SOL002's file has it), and null to remove."""
    properties = definition["properties"]
    properties.setdefault("vnfdId", properties.pop("vnfPkgId", None))
    for name in ("vnfInstanceName", "vnfInstanceDescription"):
        properties[name] = {"type": "string", "nullable": True}
    properties.get("vimConnectionInfo", {})["additionalProperties"] = {"type": "object", "nullable": True}


def _mend_package(definition: Json) -> None:
    """Our own attributes."""
    definition["properties"]["manoflowWarnings"] = {"type": "array", "items": {"type": "string"}}
    definition["properties"]["manoflowSecurity"] = {"type": "object", "required": ["state"]}


def _mend_checksum(definition: Json) -> None:
    """SOL003's file calls it a string, "no definition found"; its text has the structure that SOL005's file has."""
    if definition["type"] == "string":
        names = ("algorithm", "hash")
        definition |= {"type": "object", "required": list(names), "additionalProperties": False}
        definition["properties"] = {name: {"type": "string"} for name in names}


def _mend_source(definition: Json) -> None:
    """What older versions have (2.6.1) is taken as well."""
    definition["properties"] |= {name: {"type": "string"} for name in ("userName", "password")}


def _mend_external_access(definition: Json) -> None:
    """Any number of artifacts, as its answer is described ("an empty array"); what is secret is in no answer."""
    one = definition["properties"]["artifact"]
    one["properties"]["paramsOauth2ClientCredentials"]["required"] = ["clientId"]
    definition["properties"]["artifact"] = {"type": "array", "items": one}


MENDINGS: Mapping[str, Callable[[Json], None]] = {
    "IpOverEthernetAddressData": _mend_addresses,
    "IpOverEthernetAddressInfo": _mend_addresses,
    "VnfLcmOpOcc": _mend_occurrence,
    "ScaleInfo": _mend_scale_info,
    "VnfInstance": _mend_instance,
    "VnfInfoModificationRequest": _mend_modification,
    "VnfPkgInfo": _mend_package,
    "Checksum": _mend_checksum,
    "UploadVnfPackageFromUriRequest": _mend_source,
    "ExternalArtifactsAccessConfig": _mend_external_access,
}
