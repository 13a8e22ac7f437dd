"""Push: numbers, replays, groups, dependencies, verdicts (protocol.md § 6), over HTTP on both databases."""

from __future__ import annotations

from typing import Any

from tests.support.portal import Desk, Office, fresh_id

NAME = {"first_name": "Mira", "last_name": "Beispiel"}


def _party(desk: Desk, **more: Any) -> str:
    op = desk.create("party", kind="person", name=NAME, phone="+49 30 23125 001", email="mira@kunde.example", **more)
    assert desk.push(op)[0]["status"] == "applied"
    return str(op["id"])


def test_a_create_answers_the_complete_record(desk: Desk) -> None:
    op = desk.create("party", kind="person", name=NAME, tags=["vip"])
    (result,) = desk.push(op)
    assert (result["seq"], result["op_id"], result["status"], result["replayed"]) == (1, op["op_id"], "applied", False)
    entity = result["entity"]
    assert (entity["type"], entity["id"], entity["rev"]) == ("party", op["id"], 1)
    assert entity["data"]["name"] == NAME
    assert entity["data"]["phone"] is None, "a field that was not sent is empty, not absent"
    assert entity["feed_seq"] == desk.get("/v1/sync/state")["feed_head"]


def test_two_desks_editing_different_fields_both_win(office: Office, desk: Desk) -> None:
    party = _party(desk)
    other = office.desk()
    assert (
        desk.push(desk.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 002")))[0]["status"] == "applied"
    )
    (result,) = other.push(other.patch("party", party, email=("mira@kunde.example", "neu@kunde.example")))
    assert result["status"] == "applied"
    assert result["entity"]["data"]["phone"] == "+49 30 23125 002"
    assert result["entity"]["data"]["email"] == "neu@kunde.example"
    assert result["entity"]["rev"] == 3


def test_the_same_field_is_a_conflict_and_the_rest_is_written(office: Office, desk: Desk) -> None:
    party = _party(desk)
    other = office.desk(office.employee(name="Bernd"))
    other.push(other.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 777")))
    (result,) = desk.push(
        desk.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 003"), email=("mira@kunde.example", None))
    )
    assert (result["status"], result["code"]) == ("conflict", "field_conflict")
    (conflict,) = result["conflicts"]
    assert (conflict["field"], conflict["theirs"], conflict["by"], conflict["rev"]) == (
        "phone", "+49 30 23125 777", "Bernd", 2,
    )  # fmt: skip
    assert result["entity"]["data"]["email"] is None
    assert result["entity"]["rev"] == 3
    (again,) = desk.push(desk.patch("party", party, phone=("+49 30 23125 777", "+49 30 23125 003")))
    assert again["status"] == "applied", "the resolution is a patch based on theirs"


def test_a_lost_answer_is_told_again_without_a_second_effect(desk: Desk) -> None:
    party = _party(desk)
    op = desk.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 002"))
    first = desk.push(op)[0]
    second = desk.push(op)[0]
    assert second["replayed"] is True
    assert {k: v for k, v in second.items() if k != "replayed"} == {k: v for k, v in first.items() if k != "replayed"}


def test_a_late_duplicate_of_an_old_edit_is_not_applied_again(office: Office, desk: Desk) -> None:
    """Somebody set the field back to the old value: compare-and-set alone would apply the duplicate (§ 6.2)."""
    party = _party(desk)
    other = office.desk()
    old = desk.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 002"))
    desk.push(old)
    other.push(other.patch("party", party, phone=("+49 30 23125 002", "+49 30 23125 001")))
    (late,) = desk.push(old)
    assert late["replayed"] is True
    assert late["entity"]["data"]["phone"] == "+49 30 23125 001"


def test_a_retried_batch_may_carry_new_operations_behind_the_old_ones(desk: Desk) -> None:
    one, two = desk.create("party", kind="person"), desk.create("party", kind="person")
    desk.push(one)
    results = desk.push(one, two)
    assert [r["replayed"] for r in results] == [True, False]
    assert desk.get("/v1/sync/state")["last_seq"] == 2


def test_a_gap_is_refused_and_tells_the_last_number(desk: Desk) -> None:
    desk.push(desk.create("party", kind="person"))
    desk.seq += 1
    answer = desk.send(desk.create("party", kind="person"))
    assert (answer.status_code, answer.json()["code"], answer.json()["last_seq"]) == (409, "seq_gap", 1)


def test_another_operation_under_a_used_number_means_a_fork(desk: Desk) -> None:
    desk.push(desk.create("party", kind="person"))
    desk.seq = 0
    clone = [desk.create("party", kind="person"), desk.create("party", kind="person")]
    answer = desk.send(*clone)
    assert (answer.status_code, answer.json()["code"]) == (409, "device_forked")
    assert desk.get("/v1/sync/state")["last_seq"] == 1
    assert ("party", clone[1]["id"]) not in desk.book(), "nothing of a forked batch is applied"


def test_an_operation_of_a_former_device_is_recognised(office: Office, desk: Desk) -> None:
    op = desk.create("party", kind="person", name=NAME)
    desk.push(op)
    fresh = office.desk()
    again = op | {"seq": 1}
    assert fresh.push(again)[0]["replayed"] is True
    altered = fresh.send(op | {"seq": 2, "data": {"kind": "company"}})
    assert (altered.status_code, altered.json()["code"], altered.json()["op_id"]) == (409, "op_id_reuse", op["op_id"])
    follow = fresh.create("party", kind="person") | {"seq": 2}
    assert fresh.push(follow)[0]["status"] == "applied", "the recorded replay took the number 1"


def test_another_epoch_is_refused_with_the_true_one(desk: Desk) -> None:
    true, desk.epoch = desk.epoch, fresh_id()
    answer = desk.send(desk.create("party", kind="person"))
    assert (answer.status_code, answer.json()["code"], answer.json()["epoch"]) == (409, "epoch_changed", true)
    assert answer.json()["last_seq"] == 0


def test_a_group_is_applied_as_a_whole_or_not_at_all(desk: Desk) -> None:
    party, group = _party(desk), fresh_id()
    contract = desk.create("contract", party_id=party, line="household", group=group)
    clash = desk.patch("party", party, phone=("+49 30 23125 999", "+49 30 23125 002"), group=group)
    results = desk.push(contract, clash)
    assert [(r["status"], r.get("code")) for r in results] == [("blocked", "group"), ("conflict", "field_conflict")]
    assert ("contract", contract["id"]) not in desk.book()
    assert desk.get("/v1/sync/state")["last_seq"] == desk.seq

    second = fresh_id()
    good = [
        desk.create("contract", party_id=party, line="household", group=second),
        desk.patch("party", party, phone=("+49 30 23125 001", "+49 30 23125 002"), group=second),
    ]
    assert [r["status"] for r in desk.push(*good)] == ["applied", "applied"]
    book = desk.book()
    assert book["contract", good[0]["id"]]["group"] == book["party", party]["group"] == second


def test_a_page_never_splits_a_group(desk: Desk) -> None:
    group = fresh_id()
    groups = [None, *[group] * 7, None]
    desk.push(*(desk.create("party", kind="person", group=g) for g in groups))
    cursor = None
    while True:
        page = desk.get("/v1/sync/changes", limit=4, **({"cursor": cursor} if cursor else {}))
        found = sum(c.get("group") == group for c in page["changes"])
        assert found in (0, 7)
        cursor = page["next_cursor"]
        if not page["more"]:
            break


def test_an_operation_behind_a_failed_one_is_blocked(desk: Desk) -> None:
    bad = desk.create("party", kind="person", birth_date="gestern")
    child = desk.create("contract", party_id=bad["id"]) | {"after": bad["op_id"]}
    assert [r["status"] for r in desk.push(bad, child)] == ["rejected", "blocked"]
    later = desk.create("party", kind="person") | {"after": bad["op_id"]}
    assert desk.push(later)[0]["status"] == "blocked", "the verdict of an earlier request counts too"


def test_rejections_name_their_reason(desk: Desk) -> None:
    party = _party(desk)
    ops = {
        "validation": desk.create("party", kind="person", birth_date="31.12.1980"),
        "unsupported_field": desk.create("party", kind="person", shoe_size=44),
        "unknown_entity": desk.patch("party", fresh_id(), phone=(None, "1")),
        "forbidden": desk.create("employee", name="Eve", role="admin"),
    }
    results = dict(zip(ops, desk.push(*ops.values()), strict=True))
    assert {code: (r["status"], r["code"]) for code, r in results.items()} == {c: ("rejected", c) for c in ops}
    assert results["validation"]["fields"] == ["birth_date"]
    orphan = desk.create("contract", party_id=fresh_id())
    assert desk.push(orphan)[0]["fields"] == ["party_id"]
    assert ("party", party) in desk.book()


def test_an_archived_record_can_only_be_restored(desk: Desk) -> None:
    party = _party(desk)
    archive = desk.op("party.archive", party)
    assert desk.push(archive)[0]["entity"]["data"]["archived"] is True
    (result,) = desk.push(desk.patch("party", party, phone=("+49 30 23125 001", "1")))
    assert (result["status"], result["code"]) == ("conflict", "deleted")
    (restored,) = desk.push(desk.patch("party", party, phone=("+49 30 23125 001", "1"), archived=(True, False)))
    assert restored["status"] == "applied"
    assert restored["entity"]["data"]["phone"] == "1"


def test_a_customer_with_linked_items_is_not_deleted(desk: Desk) -> None:
    party = _party(desk)
    contract = desk.create("contract", party_id=party)
    desk.push(contract)
    (refused,) = desk.push(desk.op("client.delete", party))
    assert (refused["status"], refused["code"], refused["fields"]) == ("rejected", "linked", ["contract"])
    lonely = _party(desk)
    (done,) = desk.push(desk.op("client.delete", lonely))
    assert done["status"] == "applied"
    assert done["entity"]["deleted"] is True
    assert ("party", lonely) not in desk.book()
    changes, _ = desk.pull()
    tombstone = next(c for c in changes if c["id"] == lonely)
    assert (tombstone["op"], tombstone["reason"], "data" in tombstone) == ("delete", "withdrawn", False)
    (late,) = desk.push(desk.patch("party", lonely, phone=("+49 30 23125 001", "1")))
    assert (late["status"], late["code"]) == ("rejected", "deleted")


def test_a_noop_takes_the_place_of_a_poisoned_operation(desk: Desk) -> None:
    poison = desk.create("party", kind="person")
    noop = {"seq": poison["seq"], "type": "noop", "supersedes": poison["op_id"]}
    (result,) = desk.push(noop)
    assert (result["status"], result["op_id"]) == ("applied", poison["op_id"])
    (late,) = desk.push(poison)
    assert (late["replayed"], "entity" in late) == (True, False), "the late original has no effect"
    dependant = desk.create("party", kind="person") | {"after": poison["op_id"]}
    assert desk.push(dependant)[0]["status"] == "blocked"


def test_a_noop_that_comes_too_late_learns_that_the_operation_happened(desk: Desk) -> None:
    op = desk.create("party", kind="person", name=NAME)
    desk.push(op)
    (result,) = desk.push({"seq": op["seq"], "type": "noop", "op_id": fresh_id(), "supersedes": op["op_id"]})
    assert (result["replayed"], result["status"], result["entity"]["id"]) == (True, "applied", op["id"])


def test_two_desks_making_the_same_derived_record_meet_in_one(office: Office, desk: Desk) -> None:
    other, adviser = office.desk(), fresh_id()
    desk.push(desk.create("adviser", adviser, code="A1", name="Anna", insurer_numbers=["1"]))
    (same,) = other.push(other.create("adviser", adviser, code="A1", name="Anna", insurer_numbers=["2"]))
    assert (same["status"], same["entity"]["data"]["insurer_numbers"]) == ("applied", ["1", "2"])
    (differs,) = other.push(other.create("adviser", adviser, code="A1", name="Änne"))
    assert (differs["status"], [c["field"] for c in differs["conflicts"]]) == ("conflict", ["name"])


def test_what_became_of_an_operation(office: Office, desk: Desk) -> None:
    op = desk.create("party", kind="person")
    desk.push(op)
    found = desk.get(f"/v1/ops/{op['op_id']}")
    assert (found["status"], found["seq"], found["device_id"]) == ("applied", 1, desk.device_id)
    assert office.desk().get(f"/v1/ops/{op['op_id']}")["status"] == "applied"
    assert desk.client.get(f"/v1/ops/{fresh_id()}").json()["code"] == "not_found"


def test_envelopes_that_no_honest_desk_sends_are_refused(desk: Desk) -> None:
    one, two = desk.create("party", kind="person"), desk.create("party", kind="person")
    group = fresh_id()
    scattered = [desk.create("party", group=group), desk.create("party"), desk.create("party", group=group)]
    wrong = [
        [one, two | {"seq": 5}],
        [one, two | {"op_id": one["op_id"]}],
        [one | {"surprise": 1}],
        [one | {"seq": "1"}],
        [one | {"seq": True}],
        [{k: v for k, v in one.items() if k != "op_id"}],
        [op | {"seq": i + 1} for i, op in enumerate(scattered)],
        [],
    ]
    for ops in wrong:
        answer = desk.send(*ops)
        assert (answer.status_code, answer.json()["code"]) == (422, "envelope"), ops
    assert desk.get("/v1/sync/state")["last_seq"] == 0
