"""Spark, spoken to through Spark Connect: a cluster, or pysail on this machine, which needs no Java."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jiuzhou.kernel.errors import InputError, RefusedError

PATIENCE_S = 10.0
"""How long an address may take to answer."""


@contextmanager
def spark_engine(remote: str, *, patience_s: float = PATIENCE_S) -> Iterator[Any]:
    """
    Yield the Spark at ``remote`` as an Ibis backend, its session closed on leaving.

    Parameters
    ----------
    remote
        An address of Spark Connect, such as ``sc://host:15002`` or ``sc://host:443/;use_ssl=true;token=…``.
    patience_s
        Seconds to wait for an answer.

    Raises
    ------
    RefusedError
        If the extra ``spark`` is not installed, or nothing at the address speaks Spark Connect.
    InputError
        If ``remote`` is no such address.
    """
    with _main_with_a_file():
        with warnings.catch_warnings():
            # Spark warns of the pandas it finds. Tables go in and out as Arrow, and no pandas is asked for anything.
            warnings.simplefilter("ignore")
            engine = _connected(remote, patience_s)
        try:
            yield engine
        finally:
            engine.disconnect()


@contextmanager
def _main_with_a_file() -> Iterator[None]:
    # A program without a file, such as a worker of a test run, Spark's client takes for its own doctests, and ends it.
    main = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = sys.executable
    try:
        yield
    finally:
        del main.__file__


def _connected(remote: str, patience_s: float) -> Any:
    try:
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client import DefaultChannelBuilder
        from pyspark.sql.connect.session import SparkSession

        from jiuzhou.adapters.engines.spark_backend import SparkBackend
    except ImportError as error:
        raise RefusedError("adapters.no_spark", reason=str(error)) from None
    shown = remote.partition("/;")[0]  # what follows may hold a token
    try:
        channel = DefaultChannelBuilder(remote).toChannel()
    except (PySparkException, ValueError):
        raise InputError("adapters.spark_address", remote=shown) from None
    # The session itself would try again for ten minutes, and write each failure to the screen.
    logging.getLogger("pyspark.sql.connect").setLevel(logging.CRITICAL)
    try:
        with channel:
            grpc.channel_ready_future(channel).result(timeout=patience_s)
        session = SparkSession.builder.remote(remote).create()
        return SparkBackend.over(session)
    except (grpc.FutureTimeoutError, grpc.RpcError, PySparkException):
        raise RefusedError("adapters.spark_silent", remote=shown) from None
