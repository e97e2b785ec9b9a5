"""Images of the package in a plan: their places and uids, who starts from them, and where none is needed."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from manoflow.domain.assets import assets_to_make, image_key, use_of
from manoflow.domain.binding import NO_IMAGES, bind
from manoflow.domain.cloud import NewImage, NewServer, NewStorage, ResourceState, VimResource
from manoflow.domain.errors import ConflictError
from manoflow.domain.grants import Grant
from manoflow.domain.identity import NAME_LENGTH, Kind, uid_of
from manoflow.domain.plan import STEP_LIMIT, Build, Plan, PlannedStep
from manoflow.domain.resources import Resource
from manoflow.domain.topology import ImageElement, StorageElement, VnfcElement
from manoflow.domain.vnfd import SwImage
from tests.domain.test_binding_a_plan_to_its_grant import OCC, grant, plan
from tests.reference import IMAGE_FILE, NOW, PACKAGE_DIGEST

DIGEST = "a5" * 32
KEY = image_key(DIGEST)
OURS = SwImage(id="app", name="demo-image", artifact=IMAGE_FILE, digest=DIGEST, disk_format="qcow2", min_disk_gib=2)


def planned(image: SwImage = OURS, *, also_of_storage: bool = False) -> Plan:
    """The reference plan, in which the VNFC (and its storage) starts from this image."""
    before = plan()
    changes = []
    for change in before.changes:
        holds = (VnfcElement, StorageElement) if also_of_storage else VnfcElement
        if isinstance(change.after, holds):
            changes.append(change.model_copy(update={"after": change.after.model_copy(update={"image": image})}))
        else:
            changes.append(change)
    return before.model_copy(update={"changes": tuple(changes), "package": PACKAGE_DIGEST})


def granted(wanted: Plan, images: Mapping[str, str] | None = None) -> Grant:
    return grant(wanted, {}).model_copy(update={"images": dict(images or {})})


def build(wanted: Plan, images: Mapping[str, UUID] = NO_IMAGES) -> Build:
    return bind(wanted, granted(wanted), (), "vnf", images)


def steps(made: Build, kind: Kind) -> list[PlannedStep]:
    return [one for stage in made.stages for one in stage if one.step.kind is kind]


def recorded_image(uid: UUID, wanted: Plan) -> Resource:
    (element,) = assets_to_make(wanted, granted(wanted), ()).of_kind(Kind.IMAGE).values()
    seen = VimResource(uid=uid, vim_id="image-7", name="demo", state=ResourceState.READY, created_at=NOW)
    return Resource(
        uid=uid,
        key=KEY,
        kind=Kind.IMAGE,
        vnf_instance_id=wanted.vnf_instance_id,
        lcm_op_occ_id=uuid4(),
        vim_connection_id="fake",
        vim_id="image-7",
        element=element,
        observed=seen,
        observed_at=NOW,
    )


def test_an_image_of_the_package_has_a_place_by_its_content_and_says_where_that_is() -> None:
    wanted = planned()
    (element,) = assets_to_make(wanted, granted(wanted), ()).of_kind(Kind.IMAGE).values()
    assert isinstance(element, ImageElement)
    assert (element.key, element.digest) == (f"image/{DIGEST}", DIGEST)
    assert (element.package, element.path) == (PACKAGE_DIGEST, IMAGE_FILE)
    use = use_of(element, wanted, granted(wanted))
    assert (use.uid, use.vnf_instance_id) == (uid_of(OCC, KEY), wanted.vnf_instance_id)
    assert (use.vim_connection_id, use.digest) == ("fake", DIGEST)


def test_whoever_starts_from_one_content_shares_one_image() -> None:
    made = build(planned(also_of_storage=True))
    (image,) = steps(made, Kind.IMAGE)
    (server,), (storage,) = steps(made, Kind.VNFC), steps(made, Kind.STORAGE)
    assert isinstance(server.step.new, NewServer)
    assert isinstance(storage.step.new, NewStorage)
    assert server.step.new.image_uid == storage.step.new.image_uid == image.step.uid == uid_of(OCC, KEY)
    assert server.step.new.image_id is storage.step.new.image_id is None


def test_an_image_that_is_used_already_has_the_uid_that_its_users_know() -> None:
    theirs = uuid4()
    made = build(planned(also_of_storage=True), {KEY: theirs})
    (image,), (server,), (storage,) = (steps(made, kind) for kind in (Kind.IMAGE, Kind.VNFC, Kind.STORAGE))
    assert isinstance(image.step.new, NewImage)
    assert isinstance(server.step.new, NewServer)
    assert isinstance(storage.step.new, NewStorage)
    assert image.step.uid == image.step.new.uid == theirs
    assert server.step.new.image_uid == storage.step.new.image_uid == theirs


def test_images_are_put_there_before_anything_that_may_start_from_them() -> None:
    kinds = [stage[0].step.kind for stage in build(planned(also_of_storage=True)).stages]
    assert kinds.index(Kind.IMAGE) < min(kinds.index(Kind.STORAGE), kinds.index(Kind.VNFC))


def test_an_image_that_the_instance_has_recorded_is_used_and_not_put_there_again() -> None:
    wanted, theirs = planned(), uuid4()
    made = bind(wanted, granted(wanted), [recorded_image(theirs, wanted)], "vnf")
    (server,) = steps(made, Kind.VNFC)
    assert steps(made, Kind.IMAGE) == []
    assert isinstance(server.step.new, NewServer)
    assert server.step.new.image_uid == theirs


def test_an_image_that_was_granted_is_used_and_none_is_put_there() -> None:
    wanted = planned()
    made = bind(wanted, granted(wanted, {"app": "image-1"}), (), "vnf")
    (server,) = steps(made, Kind.VNFC)
    assert steps(made, Kind.IMAGE) == []
    assert isinstance(server.step.new, NewServer)
    assert (server.step.new.image_id, server.step.new.image_uid) == ("image-1", None)


def test_an_image_that_is_neither_granted_nor_in_the_package_is_refused_by_name() -> None:
    wanted = planned(SwImage(id="app", name="elsewhere"))
    with pytest.raises(ConflictError, match=r"^cannot use image elsewhere of app: it is not in the package"):
        build(wanted)


def test_what_is_made_is_what_the_package_says() -> None:
    (step,) = steps(build(planned()), Kind.IMAGE)
    new = step.step.new
    assert isinstance(new, NewImage)
    assert (new.name, new.disk_format, new.container_format) == ("demo-image-a5a5a5", "qcow2", "bare")
    assert (new.digest, new.package, new.path, new.min_disk_gib) == (DIGEST, PACKAGE_DIGEST, IMAGE_FILE, 2)


def test_the_longest_names_and_paths_fit_into_a_step() -> None:
    wanted = planned(OURS.model_copy(update={"name": "n" * 400, "artifact": "f" * 512}))
    (step,) = steps(build(wanted), Kind.IMAGE)
    assert isinstance(step.step.new, NewImage)
    assert len(step.step.new.name) == NAME_LENGTH
    assert len(step.step.model_dump_json(by_alias=True)) <= STEP_LIMIT


def test_the_content_itself_is_never_part_of_a_step() -> None:
    (step,) = steps(build(planned()), Kind.IMAGE)
    assert isinstance(step.step.new, NewImage)
    read = step.step.new.model_copy(update={"content": lambda: iter((b"secret",))})
    assert "content" not in read.model_dump()
