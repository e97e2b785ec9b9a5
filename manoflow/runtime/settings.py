"""Everything that can be set: environment variables with the prefix ``MANOFLOW_``.

The supervisor hands its own settings on to the processes it starts (`Settings.environment`), so API, worker and command
line agree. `manoflow.runtime.reference` writes `docs/reference/settings.md` from the descriptions here.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.timing import Timings
from manoflow.runtime.auth import HOW, AuthSettings, is_every_address, is_loopback
from manoflow.runtime.outbound import OutboundSettings
from manoflow.runtime.package_policy import PackageSettings

PREFIX = "MANOFLOW_"

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0)]


class WorkerSettings(BaseModel):
    """How a worker process does its part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parallel_decisions: int = Field(
        default=12,
        ge=1,
        description="Activities on the queue `lcm` (plans, grants, records) that run at once. Fewer than the record "
        "has connections: what waits for one would wait within its own time limit.",
    )
    parallel_workflows: int = Field(
        default=10,
        ge=2,
        description="Workflow tasks that run at once. Each takes a thread, and Python runs one of them at a time: many "
        "leave the heartbeats no time.",
    )
    parallel_packages: int = Field(
        default=4,
        ge=1,
        description="Activities on the queue `packages` (downloads, packages being read) that run at once.",
    )
    parallel_calls: int = Field(
        default=100, ge=1, description="Activities on the queue `vim` (calls of a cloud) that run at once."
    )
    sticky_seconds: Seconds = Field(
        default=2.0, description="So long after a worker's death its workflows go to another one."
    )
    heartbeat_throttle_seconds: Seconds = Field(
        default=0.5, description="Heartbeats are sent no more often; a cancellation reaches an activity with them."
    )
    grace_seconds: Seconds = Field(
        default=5.0, description="What running activities get to end when the worker is asked to stop."
    )


BY_DEFAULT = WorkerSettings()


class Settings(BaseSettings):
    """The settings of one Manoflow; a value given in the constructor wins over the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
        env_ignore_empty=True,
        env_parse_none_str="null",
        frozen=True,
        extra="forbid",
        validate_default=True,
    )

    home: Path = Field(
        default=Path(".manoflow"),
        description="Folder of all state: databases, package files, `run/*.pid`, `log/*.log`. One `manoflow up` each.",
    )
    auth: AuthSettings = Field(default=AuthSettings(), description="Who knows the callers of the API.")
    host: str = Field(
        default="127.0.0.1",
        description="Address of the API. Loopback only, where no authentication is set.",
    )
    port: Port = Field(default=8080, description="Port of the API.")
    temporal_port: Port = Field(default=7233, description="Port of the embedded Temporal server.")
    ui_port: Port = Field(default=8233, description="Port of the embedded Temporal server's web UI.")
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the records. Default: an SQLite file in the home."
    )
    temporal_address: str = Field(
        default="", description="Temporal server that API and worker use. Default: the embedded one."
    )
    namespace: str = Field(default="manoflow", min_length=1, description="Temporal namespace.")
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key that encrypts credentials at rest; older ones, which only decrypt, may follow after commas. "
        "Default: a generated one, in `secret.key` in the home.",
    )
    public_url: str = Field(
        default="", description="What links in answers and notifications begin with. Default: the API's own address."
    )
    url: str = Field(default="", description="The API that the command line talks to. Default: that of host and port.")
    token: SecretStr | None = Field(default=None, description="Bearer token that the command line shows to the API.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    fake_server_seconds: Seconds = Field(
        default=1.0, description="Time that the fake VIM takes to make or remove a server; a storage takes half of it."
    )
    fake_port_seconds: Seconds = Field(
        default=0.2, description="Time that the fake VIM takes to make or remove a port or a network."
    )
    packages: PackageSettings = Field(default=PackageSettings(), description="What is asked of VNF packages.")
    outbound: OutboundSettings = Field(
        default=OutboundSettings(), description="Where URIs in requests may lead Manoflow."
    )
    worker: WorkerSettings = Field(default=BY_DEFAULT, description="How a worker process does its part.")
    timings: Timings = Field(
        default=Timings(), description="How long steps may take and how they are tried again, by kind of step."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("host")
    @classmethod
    def _loopback(cls, host: str, info: ValidationInfo) -> str:
        auth = info.data.get("auth")
        if auth is not None and not auth.is_set and not is_loopback(host):
            message = (
                "without authentication Manoflow serves loopback only; use 127.0.0.1, or set "
                f"{PREFIX}AUTH__CLIENTS_FILE or {PREFIX}AUTH__JWKS_URL ({HOW})"
            )
            raise ValueError(message)
        return host

    @field_validator("timings", mode="before")
    @classmethod
    def _one_spelling(cls, timings: object) -> object:
        """Defaults come in camelCase and variables in snake_case after them: what comes last counts."""
        if not isinstance(timings, dict):
            return timings
        return {
            kind: {to_camel(name): value for name, value in timing.items()} if isinstance(timing, dict) else timing
            for kind, timing in timings.items()
        }

    @field_validator("database_url")
    @classmethod
    def _embedded_database(cls, url: str, info: ValidationInfo) -> str:
        return url or f"sqlite+aiosqlite:///{info.data.get('home')}/manoflow.db"

    @field_validator("temporal_address")
    @classmethod
    def _embedded_temporal(cls, address: str, info: ValidationInfo) -> str:
        return address or f"127.0.0.1:{info.data.get('temporal_port')}"

    @field_validator("public_url", "url")
    @classmethod
    def _own_address(cls, url: str, info: ValidationInfo) -> str:
        host = info.data.get("host", "")
        if not url and info.field_name == "public_url" and is_every_address(host):
            message = f"give the URL by which others call the API: no link can begin with {host}"
            raise ValueError(message)
        return url.rstrip("/") or _address(host, info.data.get("port", 0))

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises `InvalidInputError` that names the variable and what is wrong with it."""
        try:
            return cls()
        except ValidationError as error:
            raise InvalidInputError("; ".join(_complaint(one) for one in error.errors())) from error

    def environment(self) -> dict[str, str]:
        """These settings as environment variables: what another of our processes needs to load the same.

        The command line's token is not among them: servers show it to nobody.
        """
        values = self.model_dump(mode="json", by_alias=False, exclude={"secret_key", "token"})
        variables = dict(_variables(values, PREFIX))
        if self.secret_key is not None:
            variables[f"{PREFIX}SECRET_KEY"] = self.secret_key.get_secret_value()
        return variables

    @property
    def address(self) -> str:
        """Where the API itself listens; where it listens everywhere, on loopback."""
        return _address(self.host, self.port)

    @property
    def ui_address(self) -> str:
        """Where the embedded Temporal server shows the workflows."""
        return f"http://127.0.0.1:{self.ui_port}/namespaces/{self.namespace}/workflows"

    @property
    def run(self) -> Path:
        """Where the processes' pid files and the lock are."""
        return self.home / "run"

    @property
    def log(self) -> Path:
        """Where the processes' logs are."""
        return self.home / "log"

    @property
    def fake_world(self) -> Path:
        """The file of the fake VIM's world."""
        return self.home / "fake-vim.db"


def _variables(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """One variable for each value, those in groups too: a group as JSON would give way to variables set before."""
    for name, value in values.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(value, dict):
            yield from _variables(value, f"{variable}__")
        else:
            yield variable, value if isinstance(value, str) else json.dumps(value)


def _address(host: str, port: int) -> str:
    if is_every_address(host):
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _complaint(error: ErrorDetails) -> str:
    name = "__".join(str(part) for part in error["loc"]).upper()
    reason = error["msg"].removeprefix("Value error, ")
    return f"cannot use {PREFIX}{name}={error['input']}: {reason}"
