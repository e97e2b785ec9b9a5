"""What the reader makes of aspects, levels and placement rules."""

from pathlib import Path

from manoflow.domain.vnfd import PlacementScope
from tests.descriptors.building import Tree, add_link, add_policies, edited, edited_flavour, nodes


def scaled(tree: Tree, *, step_deltas: list[str] | None = None, deltas: dict[str, int] | None = None) -> None:
    """An aspect ``size`` of the probe."""
    aspect = {"name": "size", "description": "", "max_scale_level": 3, "step_deltas": step_deltas}
    counts = {name: {"number_of_instances": count} for name, count in (deltas or {"one": 1}).items()}
    add_policies(
        tree,
        aspects={"type": "ScalingAspects", "properties": {"aspects": {"size": aspect}}},
        deltas={
            "type": "VduScalingAspectDeltas",
            "properties": {"aspect": "size", "deltas": counts},
            "targets": ["probe"],
        },
    )


def test_each_step_has_its_delta(tmp_path: Path) -> None:
    def scale(tree: Tree) -> None:
        scaled(tree, step_deltas=["few", "many", "few"], deltas={"many": 5, "few": 2})

    (aspect,) = edited_flavour(tmp_path, scale).aspects
    assert [step.instances for step in aspect.steps] == [{"probe": 2}, {"probe": 5}, {"probe": 2}]


def test_without_step_deltas_every_step_is_alike(tmp_path: Path) -> None:
    (aspect,) = edited_flavour(tmp_path, lambda tree: scaled(tree, deltas={"two": 2})).aspects
    assert ([step.instances for step in aspect.steps], aspect.max_scale_level) == ([{"probe": 2}], 3)


def test_an_aspect_may_scale_several_vdus(tmp_path: Path) -> None:
    def scale(tree: Tree) -> None:
        nodes(tree)["second"] = nodes(tree)["probe"]
        scaled(tree, step_deltas=["one"])
        more = {"aspect": "size", "deltas": {"one": {"number_of_instances": 4}}}
        add_policies(tree, more={"type": "VduScalingAspectDeltas", "properties": more, "targets": ["second"]})

    (aspect,) = edited_flavour(tmp_path, scale).aspects
    assert aspect.steps[0].instances == {"probe": 1, "second": 4}


def test_initial_instances_are_the_policys_else_the_profiles_minimum(tmp_path: Path) -> None:
    def initial(tree: Tree) -> None:
        nodes(tree)["second"] = nodes(tree)["probe"]
        delta = {"initial_delta": {"number_of_instances": 0}}
        add_policies(tree, first={"type": "VduInitialDelta", "properties": delta, "targets": ["probe"]})

    flavour = edited_flavour(tmp_path, initial)
    assert {vdu.id: vdu.initial_instances for vdu in flavour.vdus} == {"probe": 0, "second": 1}


def levels(tree: Tree, *ids: str, **more: object) -> None:
    described = {level: {"description": level, "scale_info": {"size": {"scale_level": 1}}} for level in ids}
    add_policies(tree, levels={"type": "InstantiationLevels", "properties": {"levels": described, **more}})


def test_a_level_may_leave_instances_to_the_scale_levels(tmp_path: Path) -> None:
    flavour = edited_flavour(tmp_path, scaled, lambda tree: levels(tree, "a", "b", default_level="b"))
    assert [(level.id, level.scale_levels, level.instances) for level in flavour.levels] == [
        ("a", {"size": 1}, {}),
        ("b", {"size": 1}, {}),
    ]
    assert flavour.default_level == "b"


def test_an_only_level_is_the_default_and_of_two_none_is(tmp_path: Path) -> None:
    assert edited_flavour(tmp_path, scaled, lambda tree: levels(tree, "a")).default_level == "a"
    assert edited_flavour(tmp_path, scaled, lambda tree: levels(tree, "a", "b")).default_level is None


def test_a_rule_binds_groups_together_and_vdus_each_by_itself(tmp_path: Path) -> None:
    def place(tree: Tree) -> None:
        nodes(tree)["second"] = nodes(tree)["probe"]
        group = {"type": "tosca.groups.nfv.PlacementGroup", "members": ["probe", "second"]}
        tree["topology_template"]["groups"] = {"both": group}
        add_policies(
            tree,
            near={"type": "AffinityRule", "targets": ["both"], "properties": {"scope": "zone"}},
            apart={"type": "AntiAffinityRule", "targets": ["both", "second"], "properties": {"scope": "nfvi_node"}},
        )

    groups = {group.id: group for group in edited_flavour(tmp_path, place).placement_groups}
    assert {name: (group.anti_affinity, group.scope, group.members) for name, group in groups.items()} == {
        "both": (False, PlacementScope.ZONE, ("probe", "second")),
        "both-apart": (True, PlacementScope.HOST, ("probe", "second")),
        "second": (True, PlacementScope.HOST, ("second",)),
    }


def test_links_are_not_placed_and_that_is_told(tmp_path: Path) -> None:
    def place(tree: Tree) -> None:
        add_link(tree, cidr="10.0.0.0/24")
        group = {"type": "tosca.groups.nfv.PlacementGroup", "members": ["probe", "core"]}
        tree["topology_template"]["groups"] = {"mixed": group}
        targets = ["mixed", "core"]
        add_policies(
            tree, apart={"type": "AntiAffinityRule", "targets": targets, "properties": {"scope": "zone_group"}}
        )

    content = edited(tmp_path, place)
    groups = {group.id: (group.members, group.other_members) for group in content.vnfd.flavours[0].placement_groups}
    assert groups == {"mixed": (("probe",), ("core",)), "core": ((), ("core",))}
    told = [text for text in content.warnings if "are placed" in text]
    assert len(told) == 2
