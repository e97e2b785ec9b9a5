"""Writes the parts of the README that come from the code: ``make readme``. A test compares them.

Between ``<!-- name: ... -->`` and ``<!-- /name -->`` stands what `parts` gives for that name.
"""

import re
from pathlib import Path

from workflows.catalogue import operations

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OPERATION = ROOT / "workflows" / "vnf" / "instantiate.py"


def parts() -> dict[str, str]:
    """The written parts, by name."""
    return {"operation": f"```python\n{OPERATION.read_text()}```", "supported": supported()}


def supported() -> str:
    """One row for each operation of the catalogue."""
    head = "| operation | task resource | workflow | what it does |\n| --- | --- | --- | --- |"
    rows = [
        f"| {one.operation} | `POST .../vnf_instances/{{vnfInstanceId}}/{one.path}` | `{one.name}` | {one.summary} |"
        for one in operations()
    ]
    return "\n".join([head, *rows])


def written(readme: str) -> str:
    """The README with its parts as the code has them."""
    for name, text in parts().items():
        found = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme = found.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", readme)
    return readme


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
