//! Work items of Azure DevOps: their updates and comments.

use serde_json::Value;

use super::super::reach::{attributes, list, plain, text, text_at};
use super::super::{Claim, Fact, Telling};
use super::{Azure, relations};

/// Fields that the tracker moves along with every revision, and the parts of paths that it repeats.
const BOOKKEEPING: [&str; 22] = [
    "System.Id",
    "System.Rev",
    "System.Watermark",
    "System.AuthorizedDate",
    "System.AuthorizedAs",
    "System.RevisedDate",
    "System.ChangedDate",
    "System.ChangedBy",
    "System.CreatedDate",
    "System.CreatedBy",
    "System.PersonId",
    "System.CommentCount",
    "System.AreaId",
    "System.IterationId",
    "System.NodeName",
    "System.TeamProject",
    "System.IsDeleted",
    "System.BoardColumnDone",
    "System.Parent",
    "Microsoft.VSTS.Common.StateChangeDate",
    "Microsoft.VSTS.Common.ActivatedDate",
    "Microsoft.VSTS.Common.ActivatedBy",
];

/// Fields in which people write: their words are looked at, never stored.
const WRITTEN: [&str; 6] = [
    "System.Title",
    "System.Description",
    "Microsoft.VSTS.Common.AcceptanceCriteria",
    "Microsoft.VSTS.TCM.ReproSteps",
    "Microsoft.VSTS.TCM.SystemInfo",
    "Microsoft.VSTS.Common.Resolution",
];

/// A fact without what all facts of an update share.
struct Draft {
    id: String,
    activity: String,
    attributes: Vec<(String, String)>,
    text: Option<String>,
    is_statement: bool,
}

fn draft<const N: usize>(id: &str, activity: impl Into<String>, more: [(&str, Option<String>); N]) -> Draft {
    let (id, activity) = (id.to_owned(), activity.into());
    Draft { id, activity, attributes: attributes(more), text: None, is_statement: false }
}

impl Azure {
    /// One update: everything that one person changed at one instant.
    pub(super) fn update(&mut self, update: &Value, told: &mut dyn Telling) {
        let own = || text_at(update, "/fields/System.Id/newValue");
        let from_url = || {
            let url = text_at(update, "/url")?;
            let rest = url.split("/workItems/").nth(1)?;
            Some(rest.split('/').next()?.to_owned())
        };
        let Some(item) = text_at(update, "/workItemId").or_else(own).or_else(from_url) else {
            let place = format!("update {}", text_at(update, "/id").unwrap_or_default());
            return told.set_aside(&place, sayso_model::coverage::Reason::ItemMissing, "");
        };
        let number = text_at(update, "/id").unwrap_or_default();
        let changed = text_at(update, "/fields/System.ChangedDate/newValue");
        let at = changed.or_else(|| text_at(update, "/revisedDate")).unwrap_or_default();
        let who = self.identity(update.get("revisedBy"), told);
        let mut drafts = self.fields(update, &item, &at, told);
        for (which, word) in [("added", "linked"), ("removed", "unlinked"), ("updated", "link changed")] {
            for (i, relation) in relations(update, which).iter().enumerate() {
                let rel = text_at(relation, "/rel").unwrap_or_default();
                let to = text_at(relation, "/url")
                    .filter(|url| url.contains("/workItems/"))
                    .and_then(|url| Some(url.rsplit('/').next()?.to_owned()));
                let word = if rel == "AttachedFile" { "attachment" } else { word };
                let activity = format!("{word}/{}", rel.trim_start_matches("System.LinkTypes."));
                drafts.push(draft(&format!("{which}/{i}"), activity, [("to", to)]));
            }
        }
        if drafts.is_empty() {
            drafts.push(draft("touched", "touched", []));
        }
        let order = number.parse::<u64>().unwrap_or(0).saturating_mul(64);
        for (i, draft) in drafts.into_iter().enumerate() {
            let Draft { id, activity, attributes, text, is_statement } = draft;
            told.fact(Fact {
                id: match id.strip_prefix('=') {
                    Some(own) => format!("{item}/{own}"),
                    None => format!("{item}/update/{number}/{id}"),
                },
                item: item.clone(),
                at: at.clone(),
                order: order.saturating_add(i as u64),
                actor: who.clone(),
                activity,
                attributes,
                text,
                is_statement,
            });
        }
    }

    fn fields(&mut self, update: &Value, item: &str, at: &str, told: &mut dyn Telling) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let Some(fields) = update.get("fields").and_then(Value::as_object) else { return drafts };
        let new = |name: &str| fields.get(name).and_then(|change| change.get("newValue"));
        let is_first = fields.contains_key("System.CreatedDate") && new("System.CreatedDate").is_some();
        if is_first {
            let values = |name: &str| new(name).and_then(text);
            drafts.push(created(&values));
        }
        let mut edited = Vec::new();
        for (name, change) in fields {
            let (from, to) = (change.get("oldValue"), change.get("newValue"));
            if from.is_none() && to.is_none() {
                continue;
            }
            match name.as_str() {
                "System.AssignedTo" => {
                    let from = self.identity(from, told);
                    match self.identity(to, told) {
                        Some(to) => drafts.push(draft("assigned", "assigned", [("to", Some(to)), ("from", from)])),
                        None => drafts.push(draft("assigned", "unassigned", [("from", from)])),
                    }
                }
                // One comment is told by an update and by the list of comments: the instant makes it one.
                "System.History" => {
                    let mut comment = draft(&format!("=comment/{at}"), "comment", []);
                    comment.text = to.and_then(text).map(|html| plain(&html));
                    if comment.text.is_some() {
                        drafts.push(comment);
                    }
                }
                _ if is_first => {}
                "System.State" => {
                    let reason = new("System.Reason").and_then(text);
                    let more = [("from", from.and_then(text)), ("to", to.and_then(text)), ("reason", reason)];
                    drafts.push(draft("state", format!("state/{}", to.and_then(text).unwrap_or_default()), more));
                }
                "System.Reason" if fields.contains_key("System.State") => {}
                "System.BoardColumn" | "System.BoardLane" => {
                    let more = [("from", from.and_then(text)), ("to", to.and_then(text))];
                    drafts.push(draft(name, if name.ends_with("Lane") { "board lane" } else { "board column" }, more));
                }
                "System.AreaPath" => {
                    let more = [("from", from.and_then(text)), ("area", to.and_then(text))];
                    drafts.push(draft(name, "moved", more));
                }
                "System.IterationPath" => {
                    let more = [("from", from.and_then(text)), ("iteration", to.and_then(text))];
                    drafts.push(draft(name, "planned", more));
                }
                _ if WRITTEN.contains(&name.as_str()) => {
                    let mut statement = draft(name, format!("edited/{}", last(name)), []);
                    statement.text = to.and_then(text).map(|html| plain(&html));
                    statement.is_statement = true;
                    drafts.push(statement);
                }
                _ if BOOKKEEPING.contains(&name.as_str()) || is_level(name) || name.starts_with("WEF_") => {}
                _ => edited.push(last(name).to_owned()),
            }
        }
        if is_first {
            let parts = WRITTEN[..3].iter().filter_map(|name| new(name).and_then(text)).map(|html| plain(&html));
            let all = parts.collect::<Vec<_>>().join("\n\n");
            drafts[0].text = Some(all).filter(|all| !all.is_empty());
            drafts[0].is_statement = true;
        } else if !edited.is_empty() {
            edited.sort_unstable();
            drafts.push(draft("edited", "edited", [("fields", Some(edited.join(",")))]));
        }
        let _ = item;
        drafts
    }

    /// A work item as it stands: only its beginning is told, because the rest has no times of its own.
    pub(super) fn item(&mut self, value: &Value, told: &mut dyn Telling) {
        let Some(item) = text_at(value, "/id") else { return };
        let field = |name: &str| value.get("fields").and_then(|fields| fields.get(name));
        for name in ["System.AssignedTo", "System.ChangedBy"] {
            self.identity(field(name), told);
        }
        let who = self.identity(field("System.CreatedBy"), told);
        let Some(at) = field("System.CreatedDate").and_then(text) else {
            // An answer of chosen fields only.
            return;
        };
        let Draft { activity, attributes, .. } = created(&|name| field(name).and_then(text));
        let parts = WRITTEN[..3].iter().filter_map(|name| field(name).and_then(text)).map(|html| plain(&html));
        let all = parts.collect::<Vec<_>>().join("\n\n");
        told.fact(Fact {
            id: format!("{item}/created"),
            item,
            at,
            order: 0,
            actor: who,
            activity,
            attributes,
            text: Some(all).filter(|all| !all.is_empty()),
            is_statement: true,
        });
    }

    /// A page of comments.
    pub(super) fn comments(&mut self, value: &Value, told: &mut dyn Telling) {
        let comments = list(value, "comments");
        for comment in comments {
            self.comment(comment, told);
        }
        let stated = value.get("totalCount").and_then(Value::as_u64).unwrap_or(0);
        let item = comments.first().and_then(|comment| text_at(comment, "/workItemId"));
        told.claim(Claim { item, what: "comments", stated, received: comments.len() as u64 });
    }

    pub(super) fn comment(&mut self, comment: &Value, told: &mut dyn Telling) {
        let Some(item) = text_at(comment, "/workItemId") else { return };
        let at = text_at(comment, "/createdDate").unwrap_or_default();
        let who = self.identity(comment.get("createdBy"), told);
        let is_deleted = comment.get("isDeleted") == Some(&Value::Bool(true));
        told.fact(Fact {
            id: format!("{item}/comment/{at}"),
            item,
            order: text_at(comment, "/commentId").and_then(|id| id.parse().ok()).unwrap_or(0),
            at,
            actor: who,
            activity: if is_deleted { "comment deleted" } else { "comment" }.to_owned(),
            attributes: Vec::new(),
            text: text_at(comment, "/text").filter(|_| !is_deleted).map(|html| plain(&html)),
            is_statement: false,
        });
    }
}

fn created(value: &dyn Fn(&str) -> Option<String>) -> Draft {
    let more = [
        ("type", value("System.WorkItemType")),
        ("to", value("System.State")),
        ("area", value("System.AreaPath")),
        ("project", value("System.TeamProject")),
        ("iteration", value("System.IterationPath")),
    ];
    draft("=created", "created", more)
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `System.AreaLevel1`, `System.IterationLevel2`: parts of a path that is told whole.
fn is_level(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name == "System.AreaLevel" || name == "System.IterationLevel"
}
