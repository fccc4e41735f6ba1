"""The one table of what each role may do. A verb that no role has can be done by nobody."""

from __future__ import annotations

from collections.abc import Mapping

_EVERYONE = frozenset(
    {"overview.open", "inbox.read", "token.write", "account.read", "account.write", "run.read", "run.write"}
)
_SEES_CUSTOMERS = frozenset({"customers.open", "customer.read", "decision.read"})
_SELLS = _SEES_CUSTOMERS | {
    *("service.open", "action.read", "action.write", "visit.write", "customer.write"),
    *("decision.appeal", "team.open", "team.read", "customer.contact", "survey.read", "survey.send"),
    *("consent.write", "sample.read", "sample.answer"),
    *("customer.check", "registration.read", "registration.write"),
    *("duplicate.read", "duplicate.write"),
}
_LEADS = _SELLS | {
    *("monitor.open", "monitor.read", "alert.write", "customer.reassign", "customer.export", "decision.answer"),
    *("plan.open", "plan.read", "plan.review", "assign.open", "rules.read", "substitution.write", "grant.write"),
    *("survey.write", "market.read", "market.write", "sample.write"),
    "registration.decide",
}
_READS_ALL = _SEES_CUSTOMERS | {
    *("plan.open", "plan.read", "assign.open", "rules.read", "policy.read", "team.open", "team.read"),
    *("monitor.open", "monitor.read", "service.open", "action.read", "settings.open"),
    *("registration.read", "survey.read", "market.read", "sample.read"),
    "duplicate.read",
}
_PLANS = _READS_ALL | {
    *(
        "plan.write",
        "plan.submit",
        "plan.review",
        "plan.publish",
        "rules.write",
        "rules.publish",
        "rules.approve",
        "policy.write",
    ),
    *("customer.reassign", "customer.write", "customer.export", "decision.answer", "alert.write", "run.start"),
    *("customer.contact", "consent.write", "import.run", "survey.write", "survey.send", "market.write"),
    *("sample.answer", "sample.write"),
    *("customer.check", "registration.write", "registration.decide", "registration.set"),
    *("duplicate.write", "duplicate.merge_all"),
}

VERBS: Mapping[str, frozenset[str]] = {
    "rep": _EVERYONE | _SELLS,
    "team_lead": _EVERYONE | _LEADS,
    "regional_manager": _EVERYONE | _LEADS | {"plan.approve"},
    "planner": _EVERYONE | _PLANS,
    "importer": _EVERYONE
    | _SEES_CUSTOMERS
    | {"import.run", "run.start", "settings.open", "duplicate.read", "duplicate.write"},
    "channel_manager": _EVERYONE | _LEADS,
    "partner_user": _EVERYONE | (_SELLS - {"team.open", "team.read"}),
    "auditor": _EVERYONE | _READS_ALL | {"audit.read", "audit.export", "user.read"},
    "privacy_officer": _EVERYONE
    | _SEES_CUSTOMERS
    | {
        *("settings.open", "audit.read", "privacy.export", "privacy.erase", "consent.write"),
        *("customer.export", "customer.contact"),
    },
    "admin": _EVERYONE
    | _READS_ALL
    | {
        *("user.read", "user.write", "role.write", "grant.write", "substitution.write", "organisation.write"),
        *(
            "webhook.write",
            "audit.read",
            "audit.export",
            "plan.approve",
            "rules.approve",
            "run.start",
            "policy.write",
            "import.run",
            "duplicate.write",
        ),
    },
}
"""Role → verbs."""

EVERYWHERE = frozenset({"planner", "importer", "auditor", "privacy_officer", "admin"})
"""Roles that see the whole organisation unless their grant names a territory."""

MANAGERS = frozenset({"team_lead", "regional_manager", "channel_manager", "planner", "privacy_officer", "admin"})
"""Roles that must sign in with a second factor."""

_READS = (".read", ".open")
SCOPES: Mapping[str, str] = {
    "read": "web.scope_read",
    "customers": "web.scope_customers",
    "plans": "web.scope_plans",
    "service": "web.scope_service",
    "imports": "web.scope_imports",
}
"""What a token may be limited to, with the code of its sentence."""

_SCOPE_OF = {
    "customer": "customers",
    "consent": "customers",
    "sample": "customers",
    "decision": "customers",
    "registration": "customers",
    "duplicate": "customers",
    "plan": "plans",
    "rules": "plans",
    "policy": "plans",
    "action": "service",
    "visit": "service",
    "alert": "service",
    "survey": "service",
    "market": "imports",
    "import": "imports",
    "run": "imports",
}


def in_scope(verb: str, scopes: frozenset[str]) -> bool:
    """Return whether a token with ``scopes`` reaches ``verb``; accounts and settings are beyond every token."""
    if verb.endswith(_READS):
        return "read" in scopes
    return _SCOPE_OF.get(verb.partition(".")[0], "") in scopes
