"""An app in Python, on a client that openapi-python-client generated into the package ``offers_client``."""

import sys

from offers_client import AuthenticatedClient  # type: ignore[import-not-found]
from offers_client.api.offers import get_offer, like_offer, list_offers, use_offer  # type: ignore[import-not-found]
from offers_client.models import ListOffersScope, UsePayload  # type: ignore[import-not-found]

url, client_token, member_token = sys.argv[1:]
headers = {"X-Client-Authorization": client_token, "X-Product-Name": "default", "X-User-Agent": "generated, in Python"}
client = AuthenticatedClient(base_url=url, token=member_token, headers=headers)

page = list_offers.sync("infinity-mall", client=client, ids=[1000016, 1000115], scope=ListOffersScope.STANDARD)
assert sorted(offer.id for offer in page.offers) == [1000016, 1000115], page
like_offer.sync("infinity-mall", 1000016, client=client)
assert get_offer.sync("infinity-mall", 1000016, client=client).offer.liked is True
used = use_offer.sync_detailed("infinity-mall", 1000016, client=client, body=UsePayload())
assert used.status_code == 200, used
assert used.parsed.usage.active_until is not None
again = use_offer.sync_detailed("infinity-mall", 1000016, client=client, body=UsePayload())
assert (int(again.status_code), again.parsed.error) == (422, "Already active")
missing = get_offer.sync_detailed("infinity-mall", 7, client=client)
assert missing.parsed.error == "Offer#7 not found"
print("listed, liked, used")
