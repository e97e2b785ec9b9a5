"""What a modification changes, what it refuses, and what becomes of the instance."""

from uuid import uuid4

import pytest
from pydantic import JsonValue, ValidationError

from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType
from manoflow.domain.packages import OperationalState, VnfPackage
from manoflow.domain.planning import plan_to_modify
from manoflow.domain.settling import settled
from manoflow.domain.targets.modify import Surroundings, modification
from manoflow.domain.targets.placing import chosen_vim
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiatedState, InstantiateVnfRequest, VimConnectionInfo, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest, VnfInfoModifications, modified
from manoflow.domain.vnfd import Vnfd
from tests.builders import occurrence_of
from tests.reference import NOW, reference_instance, reference_package, reference_vnfd

STATED = InstantiatedState(flavour_id="simple", vim_connection_id="fake")
INSTANCE = reference_instance("one").model_copy(
    update={"metadata": {"site": "north", "rack": {"row": 1}}, "extensions": {"colour": "blue"}}
)
RUNNING = INSTANCE.model_copy(update={"instantiation_state": InstantiationState.INSTANTIATED, "state": STATED})
OTHER_VNFD = reference_vnfd().model_copy(update={"id": "vnfd-2", "software_version": "2.0", "product_name": "Next"})
FAKE = Vim(id="fake", vim_id="site-1", driver="fake", default=True, interface_info={"world": "/w"}, created_at=NOW)
MINE = FAKE.model_copy(update={"id": f"{INSTANCE.id}/mine", "vim_id": "site-7", "default": False})


def other_package(**changes: object) -> VnfPackage:
    first = reference_package()
    assert first.content is not None
    content = first.content.model_copy(update={"vnfd": OTHER_VNFD})
    return first.model_copy(update={"id": uuid4(), "content": content, **changes})


def changes_of(
    patch: dict[str, JsonValue],
    instance: VnfInstance = INSTANCE,
    around: Surroundings | None = None,
    vnfd: Vnfd | None = None,
) -> VnfInfoModifications:
    request = VnfInfoModificationRequest.model_validate(patch)
    return modification(instance, vnfd or reference_vnfd(), request, around or Surroundings(vims=(FAKE, MINE)))


@pytest.mark.parametrize(
    ("patch", "shown"),
    [
        ({"vnfInstanceName": "two"}, {"vnfInstanceName": "two"}),
        ({"vnfInstanceName": "one"}, {}),
        ({"vnfInstanceDescription": None}, {}),
        ({"metadata": {"site": "south"}}, {"metadata": {"site": "south"}}),
        ({"metadata": {"site": "north", "rack": {"row": 1}}}, {}),
        ({"metadata": {"rack": {"row": 2}}}, {"metadata": {"rack": {"row": 2}}}),
        ({"metadata": {"site": None, "absent": None}}, {"metadata": {"site": None}}),
        ({"extensions": None}, {"extensions": {"colour": None}}),
        ({"vnfConfigurableProperties": {"a": 1}}, {"vnfConfigurableProperties": {"a": 1}}),
    ],
)
def test_what_is_shown_as_changed_is_what_really_changes(
    patch: dict[str, JsonValue], shown: dict[str, JsonValue]
) -> None:
    assert changes_of(patch).shown == shown


@pytest.mark.parametrize("instance", [INSTANCE, RUNNING], ids=["not instantiated", "instantiated"])
def test_the_instance_is_changed_where_it_was_asked_and_nowhere_else(instance: VnfInstance) -> None:
    patch: dict[str, JsonValue] = {"vnfInstanceName": None, "metadata": {"site": None, "rack": {"slot": 3}}}
    after = modified(instance, changes_of(patch, instance))
    expected = {"vnf_instance_name": None, "metadata": {"rack": {"row": 1, "slot": 3}}}
    assert after == instance.model_copy(update=expected)


def test_a_modification_survives_being_recorded() -> None:
    changes = changes_of({"vnfInstanceName": None, "vimConnectionInfo": {"mine": {}}, "metadata": {"site": None}})
    again = VnfInfoModifications.model_validate_json(changes.model_dump_json())
    assert again == changes
    assert again.model_fields_set == {"vnf_instance_name", "vim_connection_info", "metadata"}


def test_a_name_that_is_removed_is_not_shown_because_etsi_has_no_word_for_it() -> None:
    changes = changes_of({"vnfInstanceName": None})
    assert changes.model_fields_set == {"vnf_instance_name"}
    assert changes.shown == {}


def test_another_vnfd_brings_its_package_and_what_follows_from_it() -> None:
    package = other_package()
    changes = changes_of({"vnfdId": "vnfd-2"}, around=Surroundings(package=package))
    after = modified(INSTANCE, changes)
    assert (after.vnf_pkg_id, after.vnfd_id) == (package.id, "vnfd-2")
    assert (after.vnf_product_name, after.vnf_software_version) == ("Next", "2.0")
    assert changes.shown == {
        "vnfdId": "vnfd-2",
        "vnfProvider": "Manoflow",
        "vnfProductName": "Next",
        "vnfSoftwareVersion": "2.0",
        "vnfdVersion": "1.0",
    }


def test_the_same_vnfd_changes_nothing_in_any_state() -> None:
    assert changes_of({"vnfdId": INSTANCE.vnfd_id}, RUNNING).shown == {}


@pytest.mark.parametrize(
    ("package", "instance", "error", "named"),
    [
        (None, INSTANCE, InvalidInputError, "onboard one"),
        (other_package(operational_state=OperationalState.DISABLED), INSTANCE, InvalidInputError, "enable it"),
        (other_package(), RUNNING, ConflictError, "change its current VNF package"),
    ],
)
def test_a_vnfd_that_cannot_be_changed_to_is_refused(
    package: VnfPackage | None, instance: VnfInstance, error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        changes_of({"vnfdId": "vnfd-2"}, instance, Surroundings(package=package))


def test_null_is_no_vnfd() -> None:
    with pytest.raises(ValidationError, match="null is not permitted"):
        VnfInfoModificationRequest.model_validate({"vnfdId": None})


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({}, "nothing that can be modified"),
        ({"vnfProvider": "me"}, "nothing that can be modified"),
        ({"vnfPkgId": "x"}, "by its vnfdId"),
        ({"vnfcInfoModifications": [{"id": "x"}]}, "vnfcInfoModifications"),
        ({"extensions": {"size": 1}}, r"size is not declared.*declares: colour"),
        ({"vnfConfigurableProperties": {"b": 1, "c": 2}}, r"b, c is not declared.*declares: a"),
        ({"vimConnectionInfo": {"elsewhere": {"vimId": "nowhere"}}}, "nowhere"),
    ],
)
def test_what_cannot_be_modified_is_refused_by_name(patch: dict[str, JsonValue], named: str) -> None:
    vnfd = reference_vnfd().model_copy(update={"configurable_properties": ("a",), "extensions": ("colour",)})
    with pytest.raises(InvalidInputError, match=named):
        changes_of(patch, vnfd=vnfd)


def test_what_is_declared_may_be_set_and_what_is_not_may_be_removed() -> None:
    vnfd = reference_vnfd().model_copy(update={"configurable_properties": ("a",), "extensions": ("size",)})
    patch: dict[str, JsonValue] = {"vnfConfigurableProperties": {"a": 1}, "extensions": {"colour": None}}
    assert changes_of(patch, vnfd=vnfd).shown == patch


def test_connections_come_as_they_are_registered_under_the_ids_of_handles() -> None:
    patch: dict[str, JsonValue] = {"vimConnectionInfo": {"mine": {"vimType": "fake"}, "shared": {"vimId": "site-1"}}}
    after = modified(INSTANCE, changes_of(patch))
    assert after.vim_connection_info.keys() == {f"{INSTANCE.id}/mine", "fake"}
    assert after.vim_connection_info["fake"].vim_id == "site-1"
    assert changes_of(patch, after).shown == {}


@pytest.mark.parametrize("name", ["mine", f"{INSTANCE.id}/mine"])
def test_a_connection_that_is_not_used_goes(name: str) -> None:
    before = modified(INSTANCE, changes_of({"vimConnectionInfo": {"mine": {}}}))
    changes = changes_of({"vimConnectionInfo": {name: None, "never there": None}}, before)
    assert modified(before, changes) == INSTANCE
    assert changes.shown == {"vimConnectionInfo": {}}


@pytest.mark.parametrize("name", ["mine", f"{INSTANCE.id}/mine"])
def test_a_connection_in_which_something_is_recorded_stays(name: str) -> None:
    around = Surroundings(vims=(FAKE, MINE), used=frozenset({MINE.id}))
    with pytest.raises(ConflictError, match="resources of it are recorded"):
        changes_of({"vimConnectionInfo": {name: None}}, RUNNING, around)


def test_an_instance_that_was_given_a_connection_is_built_there_unless_the_request_says_otherwise() -> None:
    instance = modified(INSTANCE, changes_of({"vimConnectionInfo": {"mine": {}}}))
    request = InstantiateVnfRequest(flavour_id="simple")
    elsewhere = request.model_copy(update={"vim_connection_info": {"fake": VimConnectionInfo(vim_id="fake")}})
    assert chosen_vim(INSTANCE, request, (FAKE, MINE)) == "fake"
    assert chosen_vim(instance, request, (FAKE, MINE)) == MINE.id
    assert chosen_vim(instance, elsewhere, (FAKE, MINE)) == "fake"


@pytest.mark.parametrize(
    "info",
    [{"interfaceInfo": {"world": "/other"}}, {"extra": {"a": 1}}, {"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}],
)
def test_a_registered_connection_is_not_changed_under_its_key(info: dict[str, JsonValue]) -> None:
    with pytest.raises(ConflictError, match="under a new key"):
        changes_of({"vimConnectionInfo": {"mine": info}})


def test_the_connection_of_another_instance_is_nobody_elses() -> None:
    other = FAKE.model_copy(update={"id": f"{uuid4()}/mine"})
    with pytest.raises(InvalidInputError, match="no VIM is registered"):
        changes_of({"vimConnectionInfo": {other.id: {}}}, around=Surroundings(vims=(other,)))


@pytest.mark.parametrize("state", LcmOperationState)
@pytest.mark.parametrize("instance", [INSTANCE, RUNNING], ids=["not instantiated", "instantiated"])
@pytest.mark.parametrize("resources_left", [True, False])
def test_only_completed_changes_the_instance(
    state: LcmOperationState, instance: VnfInstance, *, resources_left: bool
) -> None:
    changes = changes_of({"metadata": {"site": "south"}}, instance)
    plan = plan_to_modify(occurrence_of(instance, LcmOperationType.MODIFY_INFO), instance, changes)
    after = settled(instance, LcmOperationType.MODIFY_INFO, state, plan, resources_left=resources_left)
    expected = modified(instance, changes) if state is LcmOperationState.COMPLETED else instance
    assert after == expected
    assert (after.instantiation_state, after.state) == (instance.instantiation_state, instance.state)


def test_what_was_modified_is_not_set_back_by_the_next_operation() -> None:
    asked = STATED.model_copy(update={"extensions": {"colour": "blue"}})
    made = plan_to_modify(occurrence_of(INSTANCE), INSTANCE, VnfInfoModifications()).model_copy(
        update={"outcome": asked, "modification": None}
    )
    built = settled(INSTANCE, LcmOperationType.INSTANTIATE, LcmOperationState.COMPLETED, made, resources_left=True)
    assert built.extensions == {"colour": "blue"}
    repainted = modified(built, changes_of({"extensions": {"colour": "red"}}, built))
    after = settled(repainted, LcmOperationType.TERMINATE, LcmOperationState.FAILED, None, resources_left=True)
    assert after.extensions == {"colour": "red"}
