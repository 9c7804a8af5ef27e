"""Which part belongs to which whole: by names kept, by a mapping of names, or by a series named the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from spc.array_types import Floats, Ints
from spc.checks import ChoiceError, choice, parcel
from spc.kernels.families import add_parts
from spc.panel import Panel

__all__ = ["Families", "Labels", "families_of", "key_of", "keys_of_wholes", "on_calendar", "parents_of"]

Labels = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, eq=False)
class Families:
    """Wholes and their parts: `code[i]` is the whole of row i, -1 where a row stands outside.

    Parameters
    ----------
    keys : mapping of str to (n_wholes,) array
        The names of the wholes, in order of first appearance.
    code : (n_rows,) int64
    whole_rows : (n_wholes,) int64, optional
        The row of a panel of wholes that each is, -1 where it has none.
    """

    keys: Labels
    code: Ints
    whole_rows: Ints | None = None

    @property
    def n_wholes(self) -> int:
        """How many wholes there are."""
        return len(next(iter(self.keys.values())))

    @cached_property
    def order(self) -> Ints:
        """Rows that have a whole, whole by whole."""
        rows = np.argsort(self.code, kind="stable")
        return rows[np.count_nonzero(self.code < 0) :].astype(np.int64)

    @cached_property
    def offsets(self) -> Ints:
        """Whole p has the rows `order[offsets[p]:offsets[p + 1]]` (n_wholes + 1,)."""
        counts = np.bincount(self.code[self.code >= 0], minlength=self.n_wholes)
        return np.append(0, np.cumsum(counts)).astype(np.int64)

    def rows(self, p: int) -> Ints:
        """Return the rows of whole p."""
        return self.order[self.offsets[p] : self.offsets[p + 1]]

    def add(self, cells: Floats) -> tuple[Floats, Ints]:
        """Return sums over the observed parts and how many there are, (n_wholes, n_columns) each."""
        cells = np.ascontiguousarray(cells, np.float64)
        total = np.empty((self.n_wholes, cells.shape[1]))
        count = np.empty(total.shape, np.int64)
        begins, stops = self.offsets[:-1].copy(), self.offsets[1:].copy()
        add_parts(begins, stops, self.order, cells, total, count)
        return total, count


def key_of(panel: Panel, key: str | None) -> str:
    """Return the key column that names the parts: the one given, "area", or the only one but "measure"."""
    names = list(panel.keys)
    if key is not None:
        return choice("key", key, names)
    others = names if len(names) == 1 else [name for name in names if name != "measure"]
    if "area" in names or len(others) == 1:
        return "area" if "area" in names else others[0]
    raise ChoiceError(f"`key` must say which of {', '.join(map(repr, names))} names the parts.")


def parents_of(panel: Panel, key: str, parents: Any) -> np.ndarray[Any, Any]:
    """Return the parent of each series' label under `key`, None for one that stands outside.

    Raises
    ------
    ChoiceError
        A label that the mapping does not have, or one that is a part and its own whole.
    """
    known = _as_mapping(parents)
    labels = panel.keys[key]
    for label in dict.fromkeys(labels.tolist()):
        if label not in known:
            raise ChoiceError(
                f"`parents` has no whole for {key} = {label!r}: name one, or map it to None to leave it out."
            )
    found = {label: known[label] for label in dict.fromkeys(labels.tolist())}
    a_part = {parent: label for label, parent in found.items() if parent != label}
    for label, parent in found.items():
        if parent == label and label in a_part:
            raise ChoiceError(
                f"{key} = {label!r} would be added to its own parts, {a_part[label]!r} among them: map it to "
                "None, or take it out of the panel."
            )
    return np.array([found[label] for label in labels.tolist()], dtype=object)


def _as_mapping(parents: Any) -> dict[str, str | None]:
    """Return child to parent, from a mapping or from the first two columns of a frame."""
    if isinstance(parents, Mapping):
        pairs = list(parents.items())
    else:
        import narwhals.stable.v2 as nw

        try:
            frame = nw.from_native(parents, eager_only=True)
        except TypeError:
            frame = None
        if frame is None or len(frame.columns) != 2:
            raise ChoiceError(
                "`parents` must be a mapping of part to whole, or a frame of two columns, the part and its "
                f"whole; got {type(parents).__name__}."
            )
        pairs = list(zip(*(frame[name].to_list() for name in frame.columns), strict=True))
    known: dict[str, str | None] = {}
    for child, parent in pairs:
        up = None if parent is None or parent != parent else str(parent)
        if known.setdefault(str(child), up) != up:
            raise ChoiceError(
                f"`parents` gives {str(child)!r} two wholes, {known[str(child)]!r} and {up!r}: keep one."
            )
    return known


def keys_of_wholes(labels: Labels, outside: np.ndarray[Any, Any]) -> Families:
    """Number the wholes by their names, in order of first appearance; rows `outside` have none."""
    known: dict[tuple[Any, ...], int] = {}
    names = zip(*(column.tolist() for column in labels.values()), strict=True)
    code = np.array(
        [
            -1 if out else known.setdefault(name, len(known))
            for name, out in zip(names, outside.tolist(), strict=True)
        ],
        np.int64,
    )
    return Families({key: _column(known, k) for k, key in enumerate(labels)}, code)


def _column(names: Iterable[tuple[Any, ...]], k: int) -> np.ndarray[Any, Any]:
    return np.array([name[k] for name in names], dtype=object)


def families_of(
    panel: Panel, whole: Any, parts: Sequence[str] | None, key: str | None, parents: Any, by: Any
) -> tuple[Families, Panel | None, str]:
    """Return the families in `panel`, the panel of wholes if there is one, and the key that names parts.

    `whole` is a label of `key` inside the panel, a panel of wholes, or None: then the wholes are the sums.
    """
    if isinstance(whole, Panel):
        return _of_panel(panel, whole, key, parents)
    if whole is None:
        if parts is not None:
            raise ChoiceError(
                "`parts` chooses among the parts of a `whole` of the same panel: name that too."
            )
        named = key_of(panel, key) if parents is not None or key is not None else ""
        return by_names(panel, by, parents, named), None, named or _dropped(panel, by)
    if parents is not None or by is not None:
        raise ChoiceError("`parents` and `by` go with a panel of wholes or with none, not with a label.")
    named = key_of(panel, key)
    labels = panel.keys[named]
    inside = set(labels.tolist())
    chosen = None if parts is None else {str(part) for part in ([parts] if isinstance(parts, str) else parts)}
    for label in [str(whole), *sorted(chosen or ())]:
        if label not in inside:
            raise ChoiceError(f"No series has {named} = {label!r}; see `panel.keys[{named!r}]`.")
    is_whole = labels == str(whole)
    is_part = ~is_whole if chosen is None else np.array([label in chosen for label in labels.tolist()])
    if (is_part & is_whole).any():
        raise ChoiceError(f"`parts` must not hold {str(whole)!r}, which is the whole.")
    return (
        _matched(panel, panel.select(is_whole), {named: str(whole)}, ~is_part),
        panel.select(is_whole),
        named,
    )


def by_names(panel: Panel, by: Any, parents: Any, named: str) -> Families:
    """Return families by the keys that are kept, with the labels of `named` replaced by their parents'."""
    if by is None and parents is None:
        raise ChoiceError("`by` must name the keys to keep, or `parents` the whole of each part.")
    wanted = list(panel.keys) if by is None else [by] if isinstance(by, str) else list(by)
    kept = [choice("by", name, panel.keys) for name in wanted]
    labels = {name: panel.keys[name] for name in kept}
    outside = np.zeros(panel.n_series, bool)
    if parents is not None:
        up = parents_of(panel, named, parents)
        outside = np.array([label is None for label in up.tolist()], bool)
        if named in labels:
            labels[named] = up
    if not labels:
        labels = {"whole": np.full(panel.n_series, "All", dtype=object)}
    return keys_of_wholes(labels, outside)


def _dropped(panel: Panel, by: Any) -> str:
    kept = [by] if isinstance(by, str) else list(by or ())
    return next((name for name in panel.keys if name not in kept), "")


def _of_panel(panel: Panel, whole: Panel, key: str | None, parents: Any) -> tuple[Families, Panel, str]:
    strange = [name for name in whole.keys if name not in panel.keys]
    if whole.n_series == 1 and len(strange) == len(whole.keys) and parents is None:
        alone = Families(whole.keys, np.zeros(panel.n_series, np.int64), np.zeros(1, np.int64))
        return alone, whole, key_of(panel, key) if key is not None else ""
    if strange:
        raise ChoiceError(
            f"The wholes have a key {strange[0]!r} that the parts do not have: theirs are "
            f"{', '.join(map(repr, panel.keys))}."
        )
    named = _dropped(panel, list(whole.keys))
    if parents is None and not named:
        raise ChoiceError("`parents` must say which whole each part belongs to: both have the same keys.")
    if parents is not None:
        named = key_of(panel, key)
    return _matched(panel, whole, {}, np.zeros(panel.n_series, bool), (named, parents)), whole, named


def _matched(
    panel: Panel, whole: Panel, fixed: Mapping[str, str], outside: Any, up: tuple[str, Any] | None = None
) -> Families:
    """Return one family for each row of `whole`, and then one for each whole that has no row of its own."""
    labels = {name: panel.keys[name] for name in whole.keys}
    labels |= {name: np.full(panel.n_series, label, dtype=object) for name, label in fixed.items()}
    if up is not None and up[1] is not None:
        mapped = parents_of(panel, *up)
        outside = outside | np.array([label is None for label in mapped.tolist()], bool)
        if up[0] in labels:
            labels[up[0]] = mapped
    both = {name: np.concatenate([whole.keys[name], labels[name]]) for name in labels}
    found = keys_of_wholes(both, np.concatenate([np.zeros(whole.n_series, bool), outside]))
    rows = np.full(found.n_wholes, -1, np.int64)
    rows[: whole.n_series] = np.arange(whole.n_series)
    return replace(found, code=found.code[whole.n_series :], whole_rows=rows)


def on_calendar(panel: Panel, like: Panel) -> Panel:
    """Return a panel on the months of another one; months that it does not have are missing."""
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    if (panel.start, panel.n_periods) == (like.start, like.n_periods):
        return panel
    if panel.start is None or like.start is None:
        raise ChoiceError(f"Parts and wholes must lie on one calendar, got {panel!r} and {like!r}.")
    columns = np.arange(like.n_periods) + like.start - panel.start
    inside = (columns >= 0) & (columns < panel.n_periods)

    def cut(cells: Floats | None) -> Floats | None:
        if cells is None:
            return None
        return np.where(inside, cells[:, np.clip(columns, 0, panel.n_periods - 1)], np.nan)

    values = cut(panel.values)
    assert values is not None
    return replace(panel, values=values, of=cut(panel.of), given={}, within=None, start=like.start)
