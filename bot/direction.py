"""Which way a move goes: from where, to where, and up or down the ladder of cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.cues import cued_places, mark_places, says
from bot.message import Message
from bot.turn import Move
from knowledge.places import Tier, place

SMALL_TIERS = frozenset({"county", "lower_tier"})
_RANKS = {Tier.FIRST_TIER: 0, Tier.NEW_FIRST_TIER: 1, Tier.PROVINCIAL_CAPITAL: 2, Tier.CITY: 3, Tier.COUNTY: 4}
_SCOPES: Mapping[Tier, frozenset[str]] = {
    Tier.FIRST_TIER: frozenset({"first_tier"}),
    Tier.NEW_FIRST_TIER: frozenset({"new_first_tier"}),
    Tier.PROVINCIAL_CAPITAL: frozenset({"provincial_capital", "second_tier"}),
    Tier.CITY: frozenset({"second_tier", "lower_tier"}),
    Tier.COUNTY: frozenset({"lower_tier", "county", "small_place"}),
}


def roles(message: Message, decides: bool, lives: str | None) -> tuple[str | None, tuple[str, ...], bool]:
    """Origin, destinations, and whether a move home is meant; of a message that does not decide, what it says.

    ``lives`` is where the person is known to live.
    """
    plain, mentions = message.plain, message.mentions
    # A province named beside a city of its own only says where that city lies.
    cities = {m.place.province for m in mentions if m.place.kind in ("city", "county")}
    chosen = [
        m
        for m in mentions
        if (m.place.kind in ("city", "county") and m.place.tier)
        or (m.place.kind == "province" and m.place.id not in cities)
    ]
    ids = [m.place.id for m in chosen]
    marked = mark_places(plain, [(m.start, m.end) for m in chosen])

    def cued(name: str) -> list[str]:
        return list(dict.fromkeys(ids[number] for number in cued_places(name, marked)))

    homes, targets, sources = cued("hometown"), cued("destination"), cued("origin")
    if not decides:
        return next((i for i in sources if i not in targets), None), tuple(targets), says("home", plain)
    if set(targets) - set(sources):
        targets = [i for i in targets if i not in sources]
    home = says("home", plain) or bool(set(homes) & set(targets)) or any(_rank(i) > 0 for i in cued("go_back_to"))
    unique = list(dict.fromkeys(ids))
    if (here := cued("has_moved")) and not says("back", plain):
        return here[-1], tuple(i for i in targets if i not in here), home
    if says("back", plain):
        # Whoever left one place for another and thinks of going back lives in the second and would go to the first.
        now = cued("moved_to")
        left = cued("left_for") or [i for i in unique if i not in now and now]
        if left and (now or says("already_left", plain)):
            return next((i for i in [*now, *unique] if i not in left), None), tuple(left[:1]), home
    origin = next((i for i in sources if i not in targets and i not in homes), None)
    free = [i for i in unique if i != origin and i not in targets and i not in homes]
    if origin is None and free and (targets or homes or home or _ranks_differ(free)):
        origin, free = free[0], free[1:]
    destinations = [i for i in targets if i != origin] or ([*homes, *free] if home or not free else free)
    if origin is None:
        origin = next((i for i in homes if i not in destinations), None)
    if origin is None and len(destinations) == 1:
        stays = says("leaves", marked) or says("leaves_here", plain)
        big = _rank(destinations[0]) < _RANKS[Tier.CITY] and destinations[0] not in targets
        if stays or (message.tiers & SMALL_TIERS and big and lives in (None, destinations[0])):
            return destinations[0], (), home
    return origin, tuple(dict.fromkeys(i for i in destinations if i != origin)), home


def scope_of(destinations: Sequence[str], tiers: frozenset[str], home: bool) -> frozenset[str]:
    """The tiers that one would go to; ``tiers`` are those of which the message speaks."""
    scope: frozenset[str] = frozenset({"home"}) if home else frozenset()
    for id_ in destinations:
        found = place(id_)
        if found:
            scope |= _SCOPES[found.tier or Tier.CITY]
    if not destinations:
        scope |= tiers - {"first_tier", "big_city", "home"}
    if tiers & SMALL_TIERS:
        scope |= {"lower_tier"} | (tiers & SMALL_TIERS)
    return scope


def move_of(plain: str, origin: str | None, destinations: Sequence[str], scope: frozenset[str]) -> Move:
    """Which way a move goes, by its ends and by what the simplified text says of going back."""
    to_first = any(_rank(d) == 0 for d in destinations)
    if says("back", plain) and (to_first or says("already_left", plain)):
        return Move.BACK
    if not destinations:
        return Move.UP if origin is not None and not scope and _rank(origin) >= _RANKS[Tier.CITY] else Move.DOWN
    target = min(_rank(d) for d in destinations)
    if origin is None:
        return Move.UP if target == 0 else Move.DOWN
    start = _rank(origin)
    if target == start or ("county" in scope and start > 0):
        return Move.DOWN if scope & {"home", "county"} else Move.SIDEWAYS
    return Move.DOWN if target > start else Move.UP


def _ranks_differ(ids: Sequence[str]) -> bool:
    return len(ids) > 1 and _rank(ids[0]) != _rank(ids[1])


def _rank(place_id: str) -> int:
    found = place(place_id)
    return _RANKS[found.tier] if found and found.tier else _RANKS[Tier.CITY]
