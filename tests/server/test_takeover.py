from pathlib import Path

from tests.server.fakes import open_site

OFFER = "v=0\r\noffer\r\n"
SDP = {"Content-Type": "application/sdp"}
PLACE = "/rooms/demo/control/whip"


async def test_a_hosts_offer_is_answered_and_its_resource_ends_the_connection(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        response = await site.client.post(PLACE, data=OFFER, headers=SDP | site.as_host)
        assert response.status == 201
        assert response.content_type == "application/sdp"
        assert (await response.text()).startswith("v=0")
        place = response.headers["Location"]
        assert place == f"{PLACE}/p1"
        assert (await site.client.delete(place)).status == 401
        assert site.studio.ingest.person == "p1"
        assert (await site.client.delete(place, headers=site.as_host)).status == 200
        assert site.studio.ingest.person is None
        gone = await site.client.delete(place, headers=site.as_host)
        assert gone.status == 404
        assert (await gone.json())["type"].endswith("no-such-connection")


async def test_nobody_but_the_host_gets_in(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        for headers in ({}, {"Authorization": "Bearer not-the-token-at-all"}):
            response = await site.client.post(PLACE, data=OFFER, headers=SDP | headers)
            assert response.status == 401
        assert site.studio.ingest.people == 0


async def test_while_one_host_leads_no_other_gets_on_the_air(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        ann, bob = ({**site.as_host, "X-Talkback-Host": name} for name in ("Ann", "Bob"))
        taken = await site.client.post(
            "/rooms/demo/control/takeover", json={"mode": "microphone"}, headers={**ann, "X-Talkback": "host"}
        )
        assert taken.status == 200
        refused = await site.client.post(PLACE, data=OFFER, headers=SDP | bob)
        assert refused.status == 409
        assert "Ann has taken the show over" in (await refused.json())["detail"]
        assert (await site.client.post(PLACE, data=OFFER, headers=SDP | ann)).status == 201


async def test_what_is_no_offer_is_refused(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        wrong = await site.client.post(PLACE, data="hello", headers=SDP | site.as_host)
        assert wrong.status == 400
        assert (await wrong.json())["detail"].startswith("The SDP offer")
        kind = await site.client.post(PLACE, json={}, headers=site.as_host)
        assert kind.status == 415


async def test_while_the_room_starts_the_host_is_asked_to_come_back(tmp_path: Path) -> None:
    async with open_site(tmp_path, start=False) as site:
        response = await site.client.post(PLACE, data=OFFER, headers=SDP | site.as_host)
        assert response.status == 503
        assert "Retry-After" in response.headers
