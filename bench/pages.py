"""Search pages of a tracker, of nobody: some fourteen events an issue, from arithmetic alone.

Imported by `blocks.py`.
"""
import json


def write(folder, issues, a_page=100):
    """Search pages of a Jira Data Center server with embedded changelogs; all people and texts are invented."""
    folder.mkdir(parents=True)
    people = [{"name": f"p{i}", "key": f"p{i}", "displayName": f"Person {i}", "active": True, "timeZone": zone}
              for i, zone in enumerate(["Europe/London", "Europe/Warsaw"] * 12)]
    states = [("1", "Open"), ("3", "In Progress"), ("10001", "Waiting for approval"), ("6", "Closed")]

    def at(minute):
        day, rest = divmod(minute, 480)
        return f"2025-{1 + day // 28 % 12:02}-{1 + day % 28:02}T{9 + rest // 60:02}:{rest % 60:02}:00.000+0000"

    for start in range(0, issues, a_page):
        page = []
        for i in range(start, min(start + a_page, issues)):
            who = [people[(i * 7 + k) % len(people)] for k in range(6)]
            minute = i * 13 % 120_000
            histories = []
            for k in range(6):
                old, new = states[k % 3], states[k % 3 + 1]
                items = [{"field": "status", "fieldtype": "jira", "from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}]
                if k % 2 == 0:
                    items.append({"field": "assignee", "fieldtype": "jira", "from": who[k]["name"], "fromString": who[k]["displayName"],
                                  "to": who[(k + 1) % 6]["name"], "toString": who[(k + 1) % 6]["displayName"]})
                histories.append({"id": str(i * 10 + k), "author": who[k], "created": at(minute + 90 * (k + 1)), "items": items})
            comments = [{"id": str(i * 10 + k), "author": who[k], "created": at(minute + 60 * k + 30), "updated": at(minute + 60 * k + 30),
                         "body": "Could you say whether this may go on? The customer waits for the second report."} for k in range(3)]
            page.append({"id": str(i), "key": f"ACME-{i}", "fields": {
                "summary": "A thing to do", "created": at(minute), "reporter": who[0], "creator": who[0], "assignee": who[1],
                "issuetype": {"name": "Story"}, "priority": {"name": "Major"}, "project": {"key": "ACME"},
                "status": {"id": "6", "name": "Closed", "statusCategory": {"key": "done"}}, "updated": at(minute + 700),
                "comment": {"comments": comments, "total": len(comments), "maxResults": len(comments), "startAt": 0}},
                "changelog": {"startAt": 0, "maxResults": 6, "total": 6, "histories": histories}})
        text = json.dumps({"startAt": start, "maxResults": a_page, "total": issues, "issues": page})
        (folder / f"{start:08}.json").write_text(text)
