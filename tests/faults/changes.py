"""What a trouble makes of a true answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import evolve, field, frozen

from kiosk.demo.answers import Answer, json_answer
from kiosk.demo.faults import Fault


@frozen
class JsonOnly(Fault):
    change: Callable[[Any], Any]

    def alter(self, answer: Answer) -> Answer:
        if "json" not in answer.content_type or not answer.body:
            return answer
        return evolve(answer, body=json.dumps(self.change(json.loads(answer.body))).encode())


@frozen
class HalfABody(Fault):
    """Half of the true bytes, as if they were all."""

    def alter(self, answer: Answer) -> Answer:
        return evolve(answer, body=answer.body[: len(answer.body) // 2])


@frozen(eq=False)
class EndlessPages(Fault):
    """The first page again and again, each time with another page token, or always the same one."""

    page_token: Callable[[int], str]
    sent: list[dict[str, Any]] = field(factory=list)

    def instead(self) -> Answer | None:
        return json_answer(self._next(self.sent[0])) if self.sent else None

    def alter(self, answer: Answer) -> Answer:
        return evolve(answer, body=json.dumps(self._next(json.loads(answer.body))).encode())

    def _next(self, page: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(page | {"nextPageToken": self.page_token(len(self.sent))})
        return self.sent[-1]


def wrong_types(body: Any) -> Any:
    """Text becomes a list, numbers become objects, objects and lists become a number, one level down."""
    if not isinstance(body, dict):
        return 7
    return {
        key: [value] if isinstance(value, str) else {} if isinstance(value, int) else 3
        for key, value in body.items()
    }


def items(**fields: Any) -> Callable[[Any], Any]:
    """These fields of every media item."""

    def change(body: Any) -> Any:
        return body | {"mediaItems": [item | fields for item in body.get("mediaItems", [])]}

    return change


def sizes(width: object, height: object) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        for item in body.get("mediaItems", []):
            item["mediaFile"]["mediaFileMetadata"] |= {"width": width, "height": height}
        return body

    return change


def base_urls(url: str) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        for item in body.get("mediaItems", []):
            item["mediaFile"]["baseUrl"] = url
        return body

    return change


def merged(**fields: Any) -> Callable[[Any], Any]:
    return lambda body: body | fields if isinstance(body, dict) and "error" not in body else body
