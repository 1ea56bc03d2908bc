//! What a fetch promises, against trackers that page, limit, fail, lie, change while they are read, and have another clock.

#[path = "fetch/client.rs"]
mod client;
#[path = "fetch/fake.rs"]
mod fake;
#[path = "fetch/github.rs"]
mod github;
#[path = "fetch/gitlab.rs"]
mod gitlab;
#[path = "fetch/jira.rs"]
mod jira;
#[path = "fetch/others.rs"]
mod others;
