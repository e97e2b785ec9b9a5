"""Uids, names and MAC addresses."""

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.identity import NAME_LENGTH, Kind, key_of, kind_of, mac_of, name_of, place_id, uid_of

uuids = st.uuids()
parts = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=40), min_size=1)


@given(uuids, uuids, st.text(), st.text())
def test_a_uid_belongs_to_one_operation_and_one_place(op: UUID, other: UUID, key: str, other_key: str) -> None:
    assert uid_of(op, key) == uid_of(op, key)
    if (op, key) != (other, other_key):
        assert uid_of(op, key) != uid_of(other, other_key)


@given(uuids, st.text())
def test_a_place_keeps_its_id_whatever_operation_fills_it(instance: UUID, key: str) -> None:
    assert place_id(instance, key) == place_id(instance, key)


@given(st.sampled_from(Kind), parts)
def test_a_key_tells_its_kind(kind: Kind, rest: list[str]) -> None:
    assert kind_of(key_of(kind, *rest)) is kind


@given(st.text(max_size=200), parts, uuids)
def test_a_name_is_a_label_of_rfc_1123_and_ends_with_the_uid(vnf: str, rest: list[str], uid: UUID) -> None:
    name = name_of(vnf, key_of(Kind.VNFC, *rest), uid)
    assert len(name) <= NAME_LENGTH
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)
    assert name.endswith(f"-{uid.hex[:6]}")


@given(uuids)
def test_a_mac_address_is_unicast_and_locally_administered(uid: UUID) -> None:
    first = int(mac_of(uid)[:2], 16)
    assert first & 0b01 == 0
    assert first & 0b10
