//! GitHub: issues in the order of change with links to later pages, timelines, reviews, and entity tags on everything.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

/// Versions of CODEOWNERS, the newest first: `* @u0 @o/core`, and before it `* @u2`.
const VERSIONS: [(&str, &str, &str); 2] =
    [("c2", "2026-01-06T00:00:00Z", "KiBAdTAgQG8vY29yZQo=\n"), ("c1", "2026-01-05T00:00:00Z", "KiBAdTIK\n")];

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    if asked.path == "/api/graphql" {
        return several(desk, asked);
    }
    let path = asked.path.strip_prefix("/api/v3")?;
    if path == "/orgs/o/teams/core/members" {
        if desk.hides_teams {
            return Some(Given {
                status: 403,
                headers: Vec::new(),
                body: r#"{"message":"Must have read access"}"#.to_owned(),
            });
        }
        return Some(tagged(page(vec![user(1)], asked), asked));
    }
    let given = match path.strip_prefix("/repos/o/r/")?.split('/').collect::<Vec<_>>()[..] {
        ["issues"] => {
            let mut found = desk.since(asked.instant("since"));
            found.sort_by_key(|item| (item.updated, item.number));
            page(found.into_iter().map(|item| whole(desk, item)).collect(), asked)
        }
        ["commits"] => {
            let has = asked.query("path") == Some(".github/CODEOWNERS");
            let commit = |(sha, at): (&str, &str)| json!({"sha": sha, "commit": {"committer": {"date": at}}});
            page(VERSIONS.iter().filter(|_| has).map(|(sha, at, _)| commit((sha, at))).collect(), asked)
        }
        ["contents", ".github", "CODEOWNERS"] => {
            let (_, _, packed) = VERSIONS.iter().find(|(sha, _, _)| Some(*sha) == asked.query("ref"))?;
            let url = "https://github.example/api/v3/repos/o/r/contents/.github/CODEOWNERS?ref=x";
            json!({"encoding": "base64", "content": packed, "url": url}).into()
        }
        ["issues", number, "timeline"] => {
            let item = desk.item(number)?;
            page((0..item.history.len()).map(|n| event(item, n)).collect(), asked)
        }
        ["pulls", number] => whole(desk, desk.item(number)?).into(),
        ["pulls", number, "reviews"] => page(vec![review(desk.item(number)?)], asked),
        ["pulls", _, "comments"] => page(Vec::new(), asked),
        _ => return None,
    };
    Some(tagged(given, asked))
}

/// Several pull requests at once, as GraphQL tells what the pages below tell.
fn several(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    let numbers = asked.body["query"].as_str()?.split("pullRequest(number: ").skip(1);
    let account = |n: u64| json!({"__typename": "User", "login": format!("u{}", n % 3)});
    let page = |goes_on: bool| json!({"hasNextPage": goes_on});
    let mut repository = json!({"nameWithOwner": "o/r"});
    for number in numbers.filter_map(|rest| rest.split(')').next()) {
        let item = desk.item(number)?;
        let event = |n: usize| {
            let (id, at, who) = (item.number * 1000 + n as u64, written(item.history[n]), account(n as u64));
            match is_comment(n) {
                true => {
                    json!({"__typename": "IssueComment", "id": "x", "fullDatabaseId": id.to_string(), "author": who,
                    "createdAt": at, "body": "May I go ahead?"})
                }
                false => json!({"__typename": "AssignedEvent", "id": "x", "actor": who, "createdAt": at,
                    "assignee": account(n as u64 + 1)}),
            }
        };
        let review = json!({"__typename": "PullRequestReview", "id": "x", "fullDatabaseId": (item.number * 1000 + 900).to_string(),
            "author": account(item.number + 1), "state": "APPROVED", "body": "", "submittedAt": written(item.created)});
        let mut timeline: Vec<Value> = (0..item.history.len()).map(event).collect();
        timeline.push(review.clone());
        let comments = (0..item.history.len()).filter(|n| is_comment(*n)).count() as u64;
        repository[format!("p{number}")] = json!({"__typename": "PullRequest", "id": "x", "number": item.number, "title": "s",
            "url": format!("https://github.example/o/r/pull/{number}"), "author": account(item.number),
            "createdAt": written(item.created), "updatedAt": written(item.updated), "mergedAt": written(item.created),
            "mergedBy": account(item.number / 3), "comments": {"totalCount": comments + desk.lie},
            "reviews": {"totalCount": 1, "pageInfo": page(false), "nodes": [review]},
            // Those with a long history are asked for page by page.
            "timelineItems": {"pageInfo": page(item.history.len() > 8), "nodes": timeline}});
    }
    Some(json!({"data": {"repository": repository}}).into())
}

/// What has not changed since the tag was given costs nothing.
fn tagged(given: Given, asked: &Asked<'_>) -> Given {
    // That another page follows is a part of what the tag stands for: pages here are smaller than those that were asked for.
    let link = given.headers.iter().flat_map(|(_, value)| value.bytes());
    let tag = format!(
        "W/\"{}\"",
        given.body.bytes().chain(link).fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte))
    );
    if asked.headers.get("if-none-match").is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Given { status: 304, headers: Vec::new(), body: String::new() };
    }
    given.with("ETag", tag)
}

fn page(list: Vec<Value>, asked: &Asked<'_>) -> Given {
    let number = asked.number("page").max(1);
    let is_last = list.len() <= number * PAGE;
    let given = Given::from(Value::Array(part(list, (number - 1) * PAGE, PAGE)));
    if is_last {
        return given;
    }
    let others: String =
        asked.pairs.iter().filter(|(key, _)| key != "page").map(|(key, value)| format!("&{key}={value}")).collect();
    // By the number of the repository, as GitHub writes them.
    let path = asked.path.replace("/repos/o/r/", "/repositories/17/");
    given.with("Link", format!("<https://elsewhere.example{path}?page={}{others}>; rel=\"next\"", number + 1))
}

fn is_pull(item: &Item) -> bool {
    item.number.is_multiple_of(3)
}

fn user(n: u64) -> Value {
    json!({"login": format!("u{}", n % 3), "type": "User"})
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn whole(desk: &Desk, item: &Item) -> Value {
    let what = if is_pull(item) { "pull" } else { "issues" };
    let comments = (0..item.history.len()).filter(|n| is_comment(*n)).count() as u64;
    let mut json = json!({"number": item.number, "id": 7000 + item.number, "node_id": "x", "title": "s", "user": user(item.number),
        "created_at": written(item.created), "updated_at": written(item.updated), "state": "open", "comments": comments + desk.lie,
        "html_url": format!("https://github.example/o/r/{what}/{}", item.number)});
    if is_pull(item) {
        json["pull_request"] = json!({"url": "x", "merged_at": written(item.created)});
        json["merged_at"] = written(item.created).into();
        json["merged_by"] = user(item.number / 3);
    }
    json
}

fn is_comment(n: usize) -> bool {
    n.is_multiple_of(2)
}

fn event(item: &Item, n: usize) -> Value {
    let (id, at, who) = (item.number * 1000 + n as u64, written(item.history[n]), user(n as u64));
    let issue = format!("https://github.example/api/v3/repos/o/r/issues/{}", item.number);
    if is_comment(n) {
        json!({"id": id, "event": "commented", "user": who, "actor": who, "created_at": at, "body": "May I go ahead?", "issue_url": issue})
    } else {
        json!({"id": id, "event": "assigned", "actor": who, "created_at": at, "assignee": user(n as u64 + 1)})
    }
}

fn review(item: &Item) -> Value {
    json!({"id": item.number * 1000 + 900, "user": user(item.number + 1), "state": "APPROVED", "body": "", "submitted_at": written(item.created),
        "pull_request_url": format!("https://github.example/api/v3/repos/o/r/pulls/{}", item.number)})
}
