"""The engine evaluation runs on."""

import subprocess
import sys

import ibis
import pytest

from jiuzhou.adapters.engines import duckdb_engine


def test_the_engine_keeps_to_its_limits_and_closes(tmp_path):
    with duckdb_engine(memory_limit="300MB", threads=1, temp_folder=tmp_path) as engine:
        limits = [
            engine.raw_sql(f"SELECT current_setting('{name}')").fetchone()[0]
            for name in ("threads", "memory_limit", "temp_directory", "autoinstall_known_extensions")
        ]
        assert engine.to_pyarrow(ibis.memtable({"n": [1, 2]}).count()).as_py() == 2

    assert limits == [1, "286.1 MiB", str(tmp_path), False]
    with pytest.raises(Exception, match=r"[Cc]losed"):
        engine.raw_sql("SELECT 1")


def test_the_package_alone_loads_no_engine():
    seen = "import sys, jiuzhou; print([name for name in ('ibis', 'duckdb', 'scipy') if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
