"""The server's own OpenAPI document, made into something that answers can be held against."""

import json
import re

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ADDRESS = "urn:roost:openapi"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def escaped(part):
    """One part of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


class Document:
    def __init__(self, content):
        self.content = content
        resource = Resource.from_contents(content, default_specification=DRAFT202012)
        self.registry = Registry().with_resource(ADDRESS, resource)
        self.validators = {}
        self.templates = []
        for template in content["paths"]:
            pattern = re.sub(r"\\\{[^/{}]+\\\}", "[^/]+", re.escape(template))
            self.templates.append((re.compile(f"^{pattern}$"), template))
        # A path without parameters wins over one with them.
        self.templates.sort(key=lambda pair: pair[1].count("{"))

    def operations(self):
        for template, item in self.content["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), template, item[method]

    def follow(self, pointer):
        """The pointer and value behind any `$ref` to another place in the document."""
        value = self.content
        for part in pointer.split("/")[1:]:
            value = value[part.replace("~1", "/").replace("~0", "~")]
        if isinstance(value, dict) and set(value) & {"$ref"} and value["$ref"].startswith("#"):
            return self.follow(value["$ref"][1:])
        return pointer, value

    def template(self, path):
        return next((template for pattern, template in self.templates if pattern.match(path)), None)

    def check(self, method, path, status, headers, text, about):
        """Expects an answer to be one that the document describes."""
        template = self.template(path)
        if template is None:
            assert status == 404, f"{about}: the document has no such path"
            return
        item = self.content["paths"][template]
        if method == "HEAD" and "head" not in item:
            method = "GET"
        if method.lower() not in item:
            # A method the path doesn't have is answered before anyone looks at the route.
            assert status in (405, 400, 413, 501), f"{about}: the document has no {method} {template}"
            return
        responses = item[method.lower()]["responses"]
        key = next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)
        assert key, f"{about}: the document has no answer {status} for {method} {template}"
        pointer, response = self.follow(f"/paths/{escaped(template)}/{method.lower()}/responses/{key}")
        content = response.get("content", {})
        if not text:
            return
        kind = headers.get("content-type", "").split(";")[0].strip()
        assert kind in content, f"{about}: {status} of {method} {template} is described as {list(content)}, not {kind}"
        if "json" in kind and "schema" in content[kind]:
            self.validate(f"{pointer}/content/{escaped(kind)}/schema", json.loads(text), about)

    def validate(self, pointer, value, about):
        validator = self.validators.get(pointer)
        if validator is None:
            validator = self.validators[pointer] = Draft202012Validator(
                {"$ref": f"{ADDRESS}#{pointer}"}, registry=self.registry, format_checker=FormatChecker())
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not errors, f"{about} is not as the OpenAPI document says ({pointer}):\n" + "\n".join(errors[:10])
