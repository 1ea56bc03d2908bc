//! Review machines by product: accounts that read changes with a language model and write reviews in their own name.
//!
//! They are bots, and a review of theirs is advice whatever it calls itself. They are named apart from other bots because
//! an organisation wants to know how much of its review is theirs. Only names that the products themselves use are
//! known; words that are also people's names count with the ending `[bot]` alone.

/// Logins and names of review machines, in lower case without `[bot]`: the word, whether it must bear `[bot]` to count
/// (because people or other machines are called so too), and the product.
const KNOWN: [(&str, bool, &str); 54] = [
    ("copilot", false, "GitHub Copilot"),
    ("github copilot", false, "GitHub Copilot"),
    ("github-copilot", false, "GitHub Copilot"),
    ("copilot-pull-request-reviewer", false, "GitHub Copilot"),
    ("copilot-swe-agent", false, "GitHub Copilot"),
    ("coderabbit", true, "CodeRabbit"),
    ("coderabbitai", false, "CodeRabbit"),
    ("coderabbit ai", false, "CodeRabbit"),
    ("coderabbit.ai", false, "CodeRabbit"),
    ("gemini-code-assist", false, "Gemini Code Assist"),
    ("gemini code assist", false, "Gemini Code Assist"),
    ("google-labs-jules", false, "Jules"),
    ("jules", true, "Jules"),
    ("cursor", true, "Cursor"),
    ("cursoragent", false, "Cursor"),
    ("cursor agent", false, "Cursor"),
    ("cursor bugbot", false, "Cursor"),
    ("sourcery-ai", false, "Sourcery"),
    ("sourcery-ai-bot", false, "Sourcery"),
    ("sourcery ai", false, "Sourcery"),
    ("sourcery", true, "Sourcery"),
    ("greptile", true, "Greptile"),
    ("greptileai", false, "Greptile"),
    ("greptile-apps", false, "Greptile"),
    ("greptile-ai", false, "Greptile"),
    ("devin", true, "Devin"),
    ("devin-ai-integration", false, "Devin"),
    ("devin ai", false, "Devin"),
    ("chatgpt-codex-connector", false, "Codex"),
    ("openai-codex", false, "Codex"),
    ("codex", true, "Codex"),
    ("claude", true, "Claude"),
    ("claude-code", true, "Claude"),
    ("claude code", false, "Claude"),
    ("qodo-merge", false, "Qodo"),
    ("qodo-merge-pro", false, "Qodo"),
    ("qodo-merge-for-open-source", false, "Qodo"),
    ("qodo-code-review", false, "Qodo"),
    ("codiumai-pr-agent", false, "Qodo"),
    ("codiumai-pr-agent-pro", false, "Qodo"),
    ("codiumai-pr-agent-free", false, "Qodo"),
    ("ellipsis-dev", false, "Ellipsis"),
    ("korbit-ai", false, "Korbit"),
    ("amazon-q-developer", false, "Amazon Q Developer"),
    ("amazon q developer", false, "Amazon Q Developer"),
    ("bito-code-review", false, "Bito"),
    ("codeant-ai", false, "CodeAnt"),
    ("sweep-ai", false, "Sweep"),
    ("cubic-dev-ai", false, "Cubic"),
    ("augmentcode", true, "Augment"),
    ("gitlabduo", false, "GitLab Duo"),
    ("gitlab duo", false, "GitLab Duo"),
    ("duo-developer", false, "GitLab Duo"),
    ("rovo dev", false, "Rovo Dev"),
];

/// The product whose review machine an account is: `CodeRabbit`, `GitHub Copilot`; `None` for everybody else.
///
/// `word` is a login, a display name, or `Name <mail>` as sources write them; letters' case and the ending `[bot]` do not
/// matter. A mail address counts by the login in it where a hosting service gave it
/// (`12345+login[bot]@users.noreply.HOST`). The name beside an address of somebody's own is nobody's proof and does not
/// count.
pub fn ai_reviewer(word: &str) -> Option<&'static str> {
    let word = word.trim().trim_start_matches('@').to_lowercase();
    let (name, mail) = match word.rsplit_once('<') {
        Some((name, mail)) => (name.trim(), Some(mail.trim_end_matches('>').trim())),
        None if word.contains('@') => ("", Some(word.as_str())),
        None => (word.as_str(), None),
    };
    let Some(mail) = mail else { return by_login(name) };
    let (local, host) = mail.rsplit_once('@').unwrap_or((mail, ""));
    if host.starts_with("users.noreply.") {
        return by_login(local.rsplit('+').next().unwrap_or(local));
    }
    if name.ends_with("[bot]") || matches!(local, "noreply" | "no-reply") {
        // A machine by its ending or by an address that nobody reads: what is a first name elsewhere is the product here.
        return by_login(&format!("{}[bot]", name.trim_end_matches("[bot]").trim_end()));
    }
    None
}

fn by_login(login: &str) -> Option<&'static str> {
    let bare = login.strip_suffix("[bot]").map(str::trim_end);
    let found = KNOWN.iter().find(|(known, _, _)| *known == bare.unwrap_or(login));
    found.filter(|(_, needs_ending, _)| bare.is_some() || !needs_ending).map(|(_, _, product)| *product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bots::{BotSign, by_name};

    #[test]
    fn products_are_known_by_login_name_and_hidden_address() {
        for (word, product) in [
            ("Copilot", "GitHub Copilot"),
            ("copilot-pull-request-reviewer[bot]", "GitHub Copilot"),
            ("Copilot <198982749+Copilot@users.noreply.github.com>", "GitHub Copilot"),
            ("copilot-swe-agent[bot] <1+copilot-swe-agent[bot]@users.noreply.github.com>", "GitHub Copilot"),
            ("coderabbitai", "CodeRabbit"),
            ("coderabbitai[bot]", "CodeRabbit"),
            ("@CodeRabbitAI", "CodeRabbit"),
            ("gemini-code-assist[bot]", "Gemini Code Assist"),
            ("cursor[bot]", "Cursor"),
            ("cursoragent", "Cursor"),
            ("sourcery-ai[bot]", "Sourcery"),
            ("greptile-apps[bot]", "Greptile"),
            ("devin-ai-integration[bot]", "Devin"),
            ("chatgpt-codex-connector[bot]", "Codex"),
            ("claude[bot]", "Claude"),
            ("Claude <noreply@vendor.example>", "Claude"),
            ("qodo-merge-pro[bot]", "Qodo"),
            ("GitLabDuo", "GitLab Duo"),
        ] {
            assert_eq!(ai_reviewer(word), Some(product), "{word}");
            let sign = by_name(word);
            assert_eq!(sign, Some(BotSign::AiReviewer { product }), "{word}");
            assert!(sign.is_some_and(|sign| sign.is_bot() && sign.reason().contains(product)), "{word}");
        }
    }

    #[test]
    fn people_and_other_machines_are_none() {
        for word in [
            "",
            "[bot]",
            "claude",
            "Claude Example",
            "Claude Example <claude@firm.example>",
            "Claude <claude@firm.example>",
            "devin",
            "Devin Example",
            "Devin <5+devin@users.noreply.github.com>",
            "jules",
            "Gemini Example",
            "cursor",
            "sourcery",
            "Copilot Example <co@firm.example>",
            // Anybody may write a product's name beside an address of their own.
            "Copilot <ada@firm.example>",
            "copilot@firm.example",
            "codex",
            "dependabot[bot]",
            "renovate[bot]",
            "github-actions[bot]",
            "team:copilot",
            "role:coderabbitai",
        ] {
            assert_eq!(ai_reviewer(word), None, "{word}");
        }
    }

    #[test]
    fn every_word_of_the_list_is_found_and_stands_there_once() {
        for (i, (word, _, product)) in KNOWN.iter().enumerate() {
            assert_eq!(ai_reviewer(&format!("{word}[bot]")), Some(*product), "{word}");
            assert_eq!(*word, word.to_lowercase());
            assert!(KNOWN[..i].iter().all(|(other, _, _)| other != word), "{word} stands there twice");
        }
    }
}
