"""The settings of the drill: those of the web, and kinds of work made to be disturbed."""

from jiuzhou.web.jobs.kinds import Kind
from jiuzhou.web.settings import *  # noqa: F403

JOB_KINDS = {
    "drill.count": Kind("drill_handlers:count"),
    "drill.spin": Kind("drill_handlers:spin"),
    "drill.back": Kind("drill_handlers:spin", stands_back=True),
    "drill.swell": Kind("drill_handlers:swell", memory_mb=600),
    "drill.die": Kind("drill_handlers:die"),
    "drill.slow": Kind("drill_handlers:slow", limit_seconds=2),
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
