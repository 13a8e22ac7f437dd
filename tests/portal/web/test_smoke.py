from tests.portal.world import World


def test_all(world: World) -> None:
    b = world.registered()
    assert "184,65" in b.get(f"/t/{world.code}/contracts").text
