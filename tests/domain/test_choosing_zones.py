"""Zones: every constraint holds, a choice is found where there is one, and what stands counts."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.errors import InvalidInputError, PermanentError, QuotaError
from manoflow.domain.placement import (
    AffinityType,
    ConstraintResourceRef,
    ConstraintScope,
    IdType,
    PlacementConstraint,
)
from manoflow.domain.zoning import choose_zones

ZONES = ("az1", "az2", "az3")
NEW = ("a", "b", "c", "d", "e")
OLD = ("V", "W")
"""Capital letters stand already."""


def constraint(
    names: Sequence[str], *, apart: bool, scope: ConstraintScope = ConstraintScope.ZONE
) -> PlacementConstraint:
    return PlacementConstraint(
        affinity_or_anti_affinity=AffinityType.ANTI_AFFINITY if apart else AffinityType.AFFINITY,
        scope=scope,
        resource=tuple(
            ConstraintResourceRef(id_type=IdType.RES_MGMT if name in OLD else IdType.GRANT, resource_id=name)
            for name in names
        ),
    )


def apart(*names: str) -> PlacementConstraint:
    return constraint(names, apart=True)


def together(*names: str) -> PlacementConstraint:
    return constraint(names, apart=False)


def holds(constraints: Sequence[PlacementConstraint], where: Mapping[str, str]) -> bool:
    """Whether a choice keeps to the constraints, but for what stands and is nobody's choice."""
    for one in constraints:
        names = [ref.resource_id for ref in one.resource]
        new = [name for name in names if name in NEW]
        for name in new:
            others = [where[other] for other in names if other != name]
            if (where[name] in others) if one.is_apart else (set(others) - {where[name]}):
                return False
    return True


groups = st.builds(
    lambda names, is_apart: constraint(names, apart=is_apart),
    st.lists(st.sampled_from([*NEW, *OLD]), min_size=2, max_size=4, unique=True),
    st.booleans(),
)


@given(
    constraints=st.lists(groups, max_size=5),
    zones=st.sampled_from([ZONES[:1], ZONES[:2], ZONES]),
    standing=st.fixed_dictionaries(dict.fromkeys(OLD, st.sampled_from(ZONES))),
)
def test_a_choice_is_found_exactly_where_there_is_one(
    constraints: list[PlacementConstraint], zones: Sequence[str], standing: dict[str, str]
) -> None:
    wanted = sorted({ref.resource_id for one in constraints for ref in one.resource if ref.id_type is IdType.GRANT})
    possible = any(
        holds(constraints, {**standing, **dict(zip(wanted, choice, strict=True))})
        for choice in product(zones, repeat=len(wanted))
    )
    chosen = choice_or_none(constraints, zones, standing)
    if chosen is None:
        # Where those that stand are not as they should be, VNFCs may be refused that would make it no worse.
        assert _contradictory(constraints, standing) or not possible
        return
    assert sorted(chosen) == wanted
    assert set(chosen.values()) <= set(zones)
    assert holds(constraints, {**standing, **chosen})
    assert choice_or_none(constraints, zones, standing) == chosen


def choice_or_none(
    constraints: Sequence[PlacementConstraint], zones: Sequence[str], standing: Mapping[str, str]
) -> dict[str, str] | None:
    try:
        return choose_zones(constraints, zones, standing)
    except PermanentError:
        return None


def _contradictory(constraints: Sequence[PlacementConstraint], standing: Mapping[str, str]) -> bool:
    """Whether those that stand already are not as the constraints have it."""
    for one in constraints:
        where = [standing[ref.resource_id] for ref in one.resource if ref.resource_id in standing]
        if len(where) > 1 and (len(set(where)) == 1) is one.is_apart:
            return True
    return False


def test_vnfcs_apart_get_different_zones_and_those_together_the_same() -> None:
    chosen = choose_zones([apart("a", "b"), together("a", "c")], ZONES, {})
    assert chosen["a"] == chosen["c"] != chosen["b"]


def test_more_vnfcs_than_zones_are_refused_with_the_numbers() -> None:
    with pytest.raises(
        QuotaError, match=r"cannot place a, b, c in different zones: 3 zones are needed.*has 2 \(az1, az2\)"
    ):
        choose_zones([apart("a", "b", "c")], ZONES[:2], {})


def test_what_stands_takes_its_zone_from_those_apart_and_gives_it_to_those_together() -> None:
    assert choose_zones([apart("a", "V", "W")], ZONES, {"V": "az1", "W": "az3"}) == {"a": "az2"}
    assert choose_zones([together("a", "b", "V")], ZONES, {"V": "az3"}) == {"a": "az3", "b": "az3"}
    with pytest.raises(QuotaError, match="cannot place a in different zones beside those that stand in az1, az2"):
        choose_zones([apart("a", "V", "W")], ZONES[:2], {"V": "az1", "W": "az2"})


def test_a_zone_that_takes_no_servers_any_more_cannot_be_joined() -> None:
    with pytest.raises(QuotaError, match="cannot place a in zone az9 with those there: it takes no servers"):
        choose_zones([together("a", "V")], ZONES, {"V": "az9"})


def test_who_must_be_with_one_and_apart_from_another_in_the_same_zone_is_refused() -> None:
    with pytest.raises(QuotaError, match="cannot place a in zone az1 with those there: others must be apart"):
        choose_zones([together("a", "V"), apart("a", "W")], ZONES, {"V": "az1", "W": "az1"})


def test_contradictions_are_the_vnfds_fault() -> None:
    with pytest.raises(InvalidInputError, match="another placement group keeps some of them together"):
        choose_zones([together("a", "b"), apart("a", "b")], ZONES, {})
    with pytest.raises(InvalidInputError, match=r"in one zone with W, which is in az2: others .* are in az1"):
        choose_zones([together("a", "V", "W")], ZONES, {"V": "az1", "W": "az2"})


def test_a_replaced_vnfc_goes_back_where_it_was() -> None:
    assert choose_zones([apart("a", "b")], ZONES, {"a": "az3", "b": "az1"}) == {"a": "az3", "b": "az1"}


def test_a_preference_that_leads_nowhere_is_given_up() -> None:
    """Found by search: whoever goes back where it was, place by place and for good, gets stuck."""
    pairs = [tuple(pair) for pair in ("ac", "bd", "be", "bf", "cd", "cf", "de", "ef")]
    before = {"b": "az3", "c": "az2", "d": "az2", "e": "az2", "f": "az2"}
    chosen = choose_zones([apart(*pair) for pair in pairs], ZONES, before)
    assert all(chosen[one] != chosen[other] for one, other in pairs)


def test_pairs_that_cannot_all_be_apart_are_refused_together() -> None:
    everybody = [apart(one, other) for one, other in combinations("abcd", 2)]
    with pytest.raises(QuotaError, match="cannot place a, b, c, d: no choice among the zones az1, az2, az3"):
        choose_zones(everybody, ZONES, {})


def test_places_that_do_not_depend_on_each_other_are_spread() -> None:
    chosen = choose_zones([together("a", "b"), together("c", "d")], ZONES, {})
    assert chosen["a"] != chosen["c"]


def test_without_zones_vnfcs_are_together_and_cannot_be_apart() -> None:
    assert choose_zones([together("a", "b")], (), {}) == {}
    with pytest.raises(QuotaError, match="2 zones are needed, the VIM has none"):
        choose_zones([apart("a", "b")], (), {})


def test_what_stands_nobody_knows_where_binds_nobody() -> None:
    assert choose_zones([apart("a", "V")], ZONES[:1], {}) == {"a": "az1"}


def test_other_scopes_choose_no_zone() -> None:
    scopes = set(ConstraintScope) - {ConstraintScope.ZONE}
    assert choose_zones([constraint(["a", "b"], apart=True, scope=scope) for scope in scopes], ZONES, {}) == {}


def test_a_large_vnf_is_placed_at_once() -> None:
    pairs = [(f"x{number}", f"y{number}") for number in range(250)]
    chosen = choose_zones([apart(*pair) for pair in pairs], ZONES, {})
    assert all(chosen[one] != chosen[other] for one, other in pairs)
    loads = [sum(1 for zone in chosen.values() if zone == known) for known in ZONES]
    assert max(loads) - min(loads) <= 2
