//! Addresses without what would let others in: user names, passwords, keys and tokens.

/// What the value of a secret becomes.
const HIDDEN: &str = "...";

/// Names of query parameters that hold secrets, in lower case without `_` and `-`.
const SECRETS: [&str; 18] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "auth",
    "authtoken",
    "authorization",
    "bugzillaapikey",
    "clientsecret",
    "jobtoken",
    "jwt",
    "key",
    "login",
    "pass",
    "password",
    "privatetoken",
    "secret",
    "sig",
    "token",
];

/// An address without user name and password, with the values of parameters that are keys or tokens hidden, and without
/// its fragment. Tokens that only say which page comes next (`nextPageToken`) stay. What is no address stays as it is.
pub fn without_secrets(address: &str) -> String {
    let address = address.split_once('#').map_or(address, |(before, _)| before);
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let mut shown = without_user(path);
    if let Some(query) = query {
        shown.push('?');
        for (n, pair) in query.split('&').enumerate() {
            if n > 0 {
                shown.push('&');
            }
            match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => {
                    shown.push_str(name);
                    shown.push('=');
                    shown.push_str(HIDDEN);
                }
                _ => shown.push_str(pair),
            }
        }
    }
    shown
}

fn without_user(path: &str) -> String {
    let Some((scheme, rest)) = path.split_once("://") else { return path.to_owned() };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect::<String>().to_lowercase();
    SECRETS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_stays() {
        for (address, shown) in [
            (
                "https://me:pw@jira.example.org/rest/api/2/search?startAt=0",
                "https://jira.example.org/rest/api/2/search?startAt=0",
            ),
            (
                "https://x.example.org/issues.json?key=abc&offset=0",
                "https://x.example.org/issues.json?key=...&offset=0",
            ),
            ("https://x.example.org/a?Private-Token=abc", "https://x.example.org/a?Private-Token=..."),
            ("https://x.example.org/a?access_token=abc#frag", "https://x.example.org/a?access_token=..."),
            ("https://x.example.org/a?nextPageToken=abc&page=2", "https://x.example.org/a?nextPageToken=abc&page=2"),
            ("https://x.example.org/a@b?jql=a%20%3D%20b", "https://x.example.org/a@b?jql=a%20%3D%20b"),
            ("issues.csv", "issues.csv"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(address), shown);
        }
    }
}
