"""What people change about their own account, over the API."""

from roost.client import fields
from roost.trade import PASSWORD


def test_name_and_language(people):
    person = people.new("nora")
    assert person.get("/api/v1/me").json()["language"] is None
    assert person.patch("/api/v1/me/profile", {"name": "Nora Night"}).json()["name"] == "Nora Night"
    changed = person.patch("/api/v1/me/profile", {"language": "de"}).json()
    assert changed["language"] == "de" and changed["name"] == "Nora Night" and person.get("/api/v1/me").json() == changed
    assert person.patch("/api/v1/me/profile", {}).json() == changed
    for body, wrong in (({"language": "tlh"}, "language"), ({"name": ""}, "name"), ({"name": 7}, "name"), ({"email": "x@example.com"}, "email")):
        assert fields(person.patch("/api/v1/me/profile", body, expect=422)) == [wrong]
    people.anyone.patch("/api/v1/me/profile", {"name": "Nobody"}, expect="unauthenticated")
    assert person.get("/api/v1/me").json() == changed


def test_another_password_ends_the_other_sessions(people):
    person = people.new("nils")
    other = people.sign_in(person.email)
    path = "/api/v1/me/password"
    wrong = person.put(path, {"currentPassword": "a-wrong-guess", "newPassword": "an-owl-on-the-roof"}, expect=422)
    assert fields(wrong) == ["currentPassword"]
    assert fields(person.put(path, {"currentPassword": PASSWORD, "newPassword": "short"}, expect=422)) == ["newPassword"]
    assert fields(person.put(path, {"currentPassword": PASSWORD, "newPassword": "password123"}, expect=422)) == ["newPassword"]
    assert len(person.everything("/api/v1/me/sessions")) == 2
    person.put(path, {"currentPassword": PASSWORD, "newPassword": "an-owl-on-the-roof"}, expect=204)
    other.get("/api/v1/me", expect="unauthenticated")
    assert [session["isCurrent"] for session in person.everything("/api/v1/me/sessions")] == [True]
    people.sign_in(person.email, "an-owl-on-the-roof")
    people.anyone.post("/api/v1/auth/login", {"email": person.email, "password": PASSWORD}, expect="unauthenticated")


def test_sessions_are_ended_one_by_one(people):
    person, stranger = people.new("nele"), people.new("nemo")
    other = people.sign_in(person.email)
    sessions = person.everything("/api/v1/me/sessions", limit=1)
    assert len(sessions) == 2 and len({session["id"] for session in sessions}) == 2
    theirs = next(session for session in sessions if not session["isCurrent"])
    path = f"/api/v1/me/sessions/{theirs['id']}"
    stranger.request("DELETE", path, "not_found")
    person.request("DELETE", path, 204)
    other.get("/api/v1/me", expect="unauthenticated")
    person.request("DELETE", path, "not_found")
    person.get("/api/v1/me")
