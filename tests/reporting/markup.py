"""Pages read back with the standard library's parser: elements, attributes, texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "col", "input", "br", "img", "hr", "base"}
#: Elements of a drawing that close themselves.
EMPTY = {"path", "rect", "circle"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str) -> list[Element]:
        found = [self] if self.tag == tag else []
        return found + [one for child in self.children for one in child.all(tag)]

    def within(self, tag: str) -> bool:
        return self.parent is not None and (self.parent.tag == tag or self.parent.within(tag))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.open = self.root
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for implied in ({"td": "td th", "th": "td th", "tr": "td th tr", "li": "li"}.get(tag, "")).split():
            if self.open.tag == implied:
                self.open = self.open.parent or self.root
        one = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(one)
        if tag not in VOID and tag not in EMPTY:
            self.open = one

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.open))

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        while self.open.tag in ("td", "th", "tr", "li") and self.open.tag != tag and self.open.within(tag):
            self.open = self.open.parent or self.root
        if self.open.tag != tag:
            self.odd.append(f"</{tag}> closes <{self.open.tag}>")
            return
        self.open = self.open.parent or self.root

    def handle_data(self, data: str) -> None:
        at: Element | None = self.open
        while at is not None:
            at.texts.append(data)
            at = at.parent

    def handle_comment(self, data: str) -> None:
        self.odd.append(f"a comment: {data[:40]}")

    def unknown_decl(self, data: str) -> None:
        self.odd.append(f"a declaration: {data[:40]}")

    def handle_pi(self, data: str) -> None:
        self.odd.append(f"an instruction: {data[:40]}")


def read(page: str) -> Element:
    """Return the root of a page; elements must close in order, and there are no comments."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert not reader.odd, reader.odd[:5]
    assert reader.open is reader.root, f"<{reader.open.tag}> is never closed"
    return reader.root


def tags(root: Element) -> Counter[str]:
    found = Counter([root.tag]) if root.tag else Counter()
    for child in root.children:
        found += tags(child)
    return found
