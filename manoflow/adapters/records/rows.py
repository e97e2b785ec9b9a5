"""Models to rows and back: columns bear the names of fields, JSON columns hold what goes over the wire."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import JSON, RowMapping, Table

from manoflow.domain.base import Model

M = TypeVar("M", bound=Model)


def row_of(model: Model, table: Table[Any]) -> dict[str, object]:
    """The values of those columns that are fields of the model; whose tenant's it is, the transaction says."""
    content = model.model_dump(mode="json")
    fields = type(model).model_fields
    return {
        column.name: content[fields[column.name].alias or column.name]
        if isinstance(column.type, JSON)
        else getattr(model, column.name)
        for column in table.c
        if column.name in fields and column.name != "tenant"
    }


def model_of(kind: type[M], row: RowMapping, **more: object) -> M:
    """The model that a row holds; `more` are fields kept elsewhere."""
    return kind.model_validate({**row, **more})


def wire(model: Model | None) -> Mapping[str, Any] | None:
    """What a JSON column holds of a model."""
    return model.model_dump(mode="json") if model is not None else None
