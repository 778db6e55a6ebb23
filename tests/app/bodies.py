"""A JSON body that an operation of the API accepts in shape, made from its own description."""

from typing import Any

EXAMPLES: dict[str, Any] = {
    "email": "somebody@example.org",
    "role": "leader",
    "currency": "EUR",
    "industry": "technology",
    "size": "1000-4999",
    "region": "europe",
    "business_model": "b2b",
    "operating_model": "hybrid",
    "token": "x" * 43,
    "closes_at": "2027-01-31T12:00:00Z",
    "effort": {"mops": [1.0, 2.0]},
}
"""Where a description cannot tell what is sensible, by the name of the property."""


def body_of(document: dict[str, Any], method: str, path: str) -> Any:
    """A body for one operation; ``None`` when it takes none."""
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return _value(document, schema, "") if schema else None


def _value(document: dict[str, Any], schema: dict[str, Any], name: str) -> Any:
    if name in EXAMPLES:
        return EXAMPLES[name]
    if "$ref" in schema:
        return _value(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], name)
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return _value(document, schema[choices][0], name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object" or "properties" in schema:
        required = schema.get("required", [])
        return {key: _value(document, schema["properties"][key], key) for key in required}
    if schema.get("type") == "array":
        return [_value(document, schema["items"], name)] * schema.get("minItems", 0)
    if schema.get("type") in {"integer", "number"}:
        return schema.get("minimum", 1)
    if schema.get("type") == "boolean":
        return False
    return "x" * max(1, schema.get("minLength", 1))
