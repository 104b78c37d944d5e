"""All settings, from the environment: `WERKRELATIE_` and the name in capitals."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Settings(BaseSettings):
    """How one installation is set up; every setting has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="WERKRELATIE_", env_ignore_empty=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("data"), description="Folder of the embedded database; made on first start."
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="A PostgreSQL address (postgresql://...). Left out: the embedded database.",
    )
    database_key_file: Path | None = Field(
        default=None,
        description=(
            "File with the key of the embedded database (64 hexadecimal digits, mode 0600). "
            "Left out: next to the data folder, with its name and '.key'; made on first start."
        ),
    )
    trust_dir: Path | None = Field(
        default=None,
        description=(
            "Folder for what is kept outside the database: signed checkpoints, the key that signs them, "
            "and the list of erasures. Left out: next to the data folder, with its name and '.trust'."
        ),
    )
    log_years: int = Field(
        default=5,
        ge=5,
        le=100,
        description="How many years a line of the access log is kept at least: 5 or more.",
    )
    log_level: str = Field(
        default="info",
        pattern="^(debug|info|warning|error)$",
        description="What is logged at least: debug, info, warning or error.",
    )

    requests_per_second: int = Field(
        default=20,
        ge=0,
        description="How many requests a token may make per second, on average; three times that at once. "
        "0: no limit.",
    )

    hosts: str = Field(
        default=",".join(LOCAL_HOSTS),
        description="The names by which the service is called, with commas; .example.org is every name below "
        "it, * every name.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="The addresses of proxies that say whom they ask for, with commas; networks too.",
    )

    swagger: bool = Field(
        default=False,
        description="Whether developers can try the API at /docs (Swagger UI): true or false.",
    )

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names by which the service answers."""
        return tuple(name.strip() for name in self.hosts.split(","))

    @property
    def key_file(self) -> Path:
        """Where the key of the embedded database is."""
        folder = self.data_dir.absolute()
        return self.database_key_file or folder.with_name(f"{folder.name}.key")

    @property
    def trust_folder(self) -> Path:
        """Where checkpoints and the list of erasures are kept."""
        folder = self.data_dir.absolute()
        return self.trust_dir or folder.with_name(f"{folder.name}.trust")

    @property
    def database_file(self) -> Path:
        """Where the embedded database is."""
        return self.data_dir / "werkrelatie.db"
