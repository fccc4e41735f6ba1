"""The engines that run evaluation's expressions: DuckDB in this process, Spark wherever it is."""

from jiuzhou.adapters.engines.choice import engine_of
from jiuzhou.adapters.engines.duck import duckdb_engine
from jiuzhou.adapters.engines.spark import spark_engine

__all__ = ["duckdb_engine", "engine_of", "spark_engine"]
