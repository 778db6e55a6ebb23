"""What is given to import or to build an edition."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class BaselineForm(BaseModel):
    """The two files of an edition as text."""

    model_config = ConfigDict(extra="forbid")

    questionnaire: Annotated[str, Field(max_length=100)]
    content: Annotated[str, Field(max_length=4_000_000, description="CSV: one row per peer organisation.")]
    provenance: Annotated[str, Field(max_length=20_000, description="YAML: kind, source, method, year, n, …")]


class PooledForm(BaseModel):
    """Which questionnaire's results are pooled, and what the edition is called."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    questionnaire: Annotated[str, Field(max_length=100)] = "mops-core"
    edition: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,39}$", description="Like 2026.2")]
