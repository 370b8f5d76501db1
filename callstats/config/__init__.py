"""callstats.toml: what a project decides, read once where data enters and passed along frozen."""

from callstats.config.brand_settings import BrandSettings
from callstats.config.engine_settings import EngineSettings
from callstats.config.mail_settings import MailSettings
from callstats.config.money_settings import ListPrice, MoneySettings
from callstats.config.project_loading import FILE_NAME, load, overridden, parse, stated_keys
from callstats.config.project_settings import (
    AUDIENCES,
    BENCHMARKS,
    DEFAULT_TARGETS,
    Config,
    DeclaredTest,
    OwnReport,
    RetentionSettings,
    ScopeSettings,
    SourceSettings,
    Target,
)

__all__ = [
    "AUDIENCES",
    "BENCHMARKS",
    "DEFAULT_TARGETS",
    "FILE_NAME",
    "BrandSettings",
    "Config",
    "DeclaredTest",
    "EngineSettings",
    "ListPrice",
    "MailSettings",
    "MoneySettings",
    "OwnReport",
    "RetentionSettings",
    "ScopeSettings",
    "SourceSettings",
    "Target",
    "load",
    "overridden",
    "parse",
    "stated_keys",
]
