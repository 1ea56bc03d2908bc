"""Two people ask and approve in Review Board, over its interface; then what it says of that, as canonical events.

usage: reviewboard.py act SITE | rows SITE FILE
"""

import base64
import json
import os
import sys
import urllib.parse
import urllib.request

PASSWORD = os.environ["SAYSO_LIVE_PASSWORD"]


def call(site, who, method, path, fields=None):
    """One exchange; fields make a form."""
    body = urllib.parse.urlencode(fields).encode() if fields is not None else None
    address = path if path.startswith("http") else f"{site}/api{path}"
    request = urllib.request.Request(address, body, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{who}:{PASSWORD}".encode()).decode())
    request.add_header("Accept", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def pages(site, path, key):
    """Every element of a list."""
    while path:
        page = call(site, "owner", "GET", path)
        yield from page[key]
        path = page["links"].get("next", {}).get("href")


def act(site):
    """Three questions: two are approved, one has to be changed first."""
    for n in range(1, 4):
        made = call(site, "engineer", "POST", "/review-requests/", {"extra_data.x": n})["review_request"]["id"]
        draft = {"summary": f"Quote {n}", "description": "So that brokers see the price.", "target_people": "owner", "public": "1"}
        call(site, "engineer", "PUT", f"/review-requests/{made}/draft/", draft)
        if n == 3:
            again = {"body_top": "Why this rate?", "public": "1"}
            call(site, "owner", "POST", f"/review-requests/{made}/reviews/", again)
        approval = {"body_top": "Go ahead.", "ship_it": "1", "public": "1"}
        call(site, "owner", "POST", f"/review-requests/{made}/reviews/", approval)
        call(site, "engineer", "PUT", f"/review-requests/{made}/", {"status": "submitted"})


def rows(site, file):
    """What happened, oldest first, as canonical events."""
    found = []
    for request in pages(site, "/review-requests/?status=all&max-results=50", "review_requests"):
        item, links = f"rb/{request['id']}", request["links"]
        row = {"item": item, "matter": "change", "area": "quotes"}
        asker = links["submitter"]["title"]
        asked = ", ".join(sorted(person["title"] for person in request["target_people"]))
        at = request["time_added"]
        found.append(row | {"at": at, "actor": asker, "act": "raised", "to": asked, "text": request["description"]})
        for review in pages(site, links["reviews"]["href"], "reviews"):
            is_yes = review["ship_it"]
            said = {"act": "decided", "verdict": "approved"} if is_yes else {"act": "advised"}
            who = review["links"]["user"]["title"]
            found.append(row | said | {"at": review["timestamp"], "actor": who, "text": review["body_top"]})
        for change in pages(site, links["changes"]["href"], "changes"):
            if "status" in change["fields_changed"]:
                found.append(row | {"at": change["timestamp"], "actor": asker, "act": "executed"})
    with open(file, "w", encoding="utf-8") as out:
        for row in sorted(found, key=lambda row: row["at"]):
            out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["act", site]:
            act(site)
        case ["rows", site, file]:
            rows(site, file)
        case _:
            sys.exit(__doc__)
