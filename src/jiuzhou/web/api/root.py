"""The root of ``/api/v1/``: every feature's router, behind the one gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from jiuzhou.web.api import gate, person, policy, runs, trail, webhooks
from jiuzhou.web.api.answers import answer_errors
from jiuzhou.web.assign.api import routers as assign
from jiuzhou.web.collect.api import routers as collect
from jiuzhou.web.divide.api import routers as divide
from jiuzhou.web.evaluate.api import router as evaluate
from jiuzhou.web.inbox.api import router as inbox
from jiuzhou.web.monitor.api import routers as monitor
from jiuzhou.web.resource.api import router as resource
from jiuzhou.web.serve.api import router as serve


class Json(JSONRenderer):
    """JSON in which Chinese stays readable, and which holds no NaN."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False, "allow_nan": False}


class Interface(NinjaAPI):
    """The interface; an answer that is one object with a ``version`` carries it as its ``ETag``."""

    def create_response(
        self,
        request: HttpRequest,
        data: Any,
        *,
        status: int | None = None,
        temporal_response: HttpResponse | None = None,
    ) -> HttpResponse:
        """Return the answer of an endpoint."""
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        if isinstance(data, dict) and isinstance(data.get("version"), int):
            response["ETag"] = f'"{data["version"]}"'
        response["Content-Language"] = getattr(request, "lang", "zh")
        return response

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the endpoint's name, which no other has."""
        return operation.view_func.__name__


api = Interface(
    title="Jiuzhou",
    version="1",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=[gate.Bearer(), gate.Session()],
    parser=gate.StrictParser(),
    renderer=Json(),
)
answer_errors(api)
api.add_decorator(gate.gate, mode="view")
api.add_decorator(gate.listed, mode="operation")
for word, routers in {
    "person": (person.router,),
    "collect": collect,
    "evaluate": (evaluate,),
    "divide": divide,
    "resource": (resource,),
    "assign": assign,
    "serve": (serve,),
    "monitor": monitor,
    "inbox": (inbox,),
    "runs": (runs.router,),
    "policy": (policy.router,),
    "audit": (trail.router,),
    "webhooks": (webhooks.router,),
}.items():
    for router in routers:
        api.add_router("", router, tags=[word])


def endpoints() -> Iterator[tuple[str, str, Operation]]:
    """Yield method, path below ``/api/v1`` and operation of each endpoint."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, f"{router.prefix}{path}".replace("//", "/"), operation
