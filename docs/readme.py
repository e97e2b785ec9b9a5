"""Writes the parts of the README that come from the code: ``make readme``. A test compares them.

Between ``<!-- name: ... -->`` and ``<!-- /name -->`` stands what `parts` gives for that name.
"""

import re
from pathlib import Path

from workflows.catalogue import Operation, operations

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OPERATION = ROOT / "workflows" / "vnf" / "instantiate.py"


def parts() -> dict[str, str]:
    """The written parts, by name."""
    return {"operation": f"```python\n{OPERATION.read_text()}```", "supported": supported()}


def supported() -> str:
    """One row for each operation of the catalogue."""
    head = "| operation | request | workflow | what it does |\n| --- | --- | --- | --- |"
    rows = [f"| {one.operation} | `{_request(one)}` | `{one.name}` | {one.summary} |" for one in operations()]
    return "\n".join([head, *rows])


def _request(one: Operation) -> str:
    task = f"/{one.path}" if one.path else ""
    return f"{one.method} .../vnf_instances/{{vnfInstanceId}}{task}"


def written(readme: str) -> str:
    """The README with its parts as the code has them."""
    for name, text in parts().items():
        found = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme = found.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", readme)
    return readme


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
