"""Ibis' Spark backend, with the three things that evaluation needs otherwise."""

from __future__ import annotations

import math
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.backends.sql.compilers.pyspark import PySparkCompiler


class _Compiler(PySparkCompiler):  # type: ignore[misc]
    """Spark SQL in which a float is a float: Spark reads ``0.8`` as a decimal, whose products then overflow."""

    __slots__ = ()

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802 - Ibis' name
        if dtype.is_floating() and math.isfinite(value):
            return self.cast(sge.convert(repr(float(value))), dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)


class SparkBackend(Backend):  # type: ignore[misc]
    """Spark through Spark Connect; tables go in and come out as Arrow: decimals and nulls stay what they are."""

    compiler = _Compiler()

    @classmethod
    def over(cls, session: Any) -> SparkBackend:
        """Return the backend over a session of Spark Connect."""
        backend = cls()
        backend.register_options()
        backend.do_connect(session)
        return backend

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        rows = op.data.to_pyarrow(op.schema)
        schema = PySparkSchema.from_ibis(op.schema)
        frame = self._session.createDataFrame(rows if rows.num_rows else [], schema)
        frame.createOrReplaceTempView(op.name)

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> Any:
        """Return what ``expr`` comes to, with the types that Ibis says it has."""
        table = expr.as_table()
        self._register_in_memory_tables(table)
        found: pa.Table = self._session.sql(self.compile(table)).toArrow()
        return expr.__pyarrow_result__(found.cast(table.schema().to_pyarrow()))
