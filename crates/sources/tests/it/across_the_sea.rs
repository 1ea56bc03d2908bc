//! A repository in which every commit is written in one country and approved and taken in by one person in another, 55
//! hours later, although CODEOWNERS gives every file to those who write it.
//!
//! The builder needs nothing but the git program and the standard library; the tests of the command use it too.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The authors, by the folder that CODEOWNERS gives to them: name, address.
pub const AUTHORS: [(&str, &str, &str); 5] = [
    ("engine", "Ala Mazur", "ala@example.pl"),
    ("panel", "Borys Wilk", "borys@example.pl"),
    ("store", "Celina Sowa", "celina@example.pl"),
    ("tools", "Dawid Lis", "dawid@example.pl"),
    ("wire", "Eliza Bury", "eliza@example.pl"),
];
/// Who approves and takes in every commit.
pub const GATE: (&str, &str) = ("Gwen Harbour", "gwen@example.com");
/// The file that gives every folder to its author, and nothing to the gate.
pub const CODEOWNERS: &str = "/engine/ ala@example.pl\n/panel/ borys@example.pl\n/store/ celina@example.pl\n\
     /tools/ dawid@example.pl\n/wire/ eliza@example.pl\n";
/// Hours between the author's time and the committer's.
pub const HOURS: i64 = 55;

/// Makes the repository in a folder that does not exist yet: one commit that brings CODEOWNERS, then `n` commits, one
/// a working day from Monday 2024-01-08 on at 09:00 in Poland (UTC+1), each taken in 55 hours later in the United
/// States (UTC-5). Nobody but the gate commits.
pub fn build(folder: &Path, n: usize) {
    const MONDAY_EIGHT_UTC: i64 = 1_704_700_800;
    let mut stream = String::new();
    let mut commit = |mark: usize, author: (&str, &str), written: i64, message: &str, path: &str, text: &str| {
        let taken = written + HOURS * 3_600;
        stream.push_str(&format!("commit refs/heads/main\nmark :{mark}\n"));
        stream.push_str(&format!("author {} <{}> {written} +0100\n", author.0, author.1));
        stream.push_str(&format!("committer {} <{}> {taken} -0500\n", GATE.0, GATE.1));
        stream.push_str(&format!("data {}\n{message}\n", message.len()));
        if mark > 1 {
            stream.push_str(&format!("from :{}\n", mark - 1));
        }
        stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    };
    let first = MONDAY_EIGHT_UTC - 7 * 86_400;
    commit(1, (AUTHORS[0].1, AUTHORS[0].2), first, "Say who owns what\n", "CODEOWNERS", CODEOWNERS);
    for at in 0..n {
        let (folder, name, mail) = AUTHORS[at % AUTHORS.len()];
        let day = (at / 5 * 7 + at % 5) as i64;
        let message = format!(
            "{folder}: step {at}\n\nSigned-off-by: {name} <{mail}>\nReviewed-by: {0} <{1}>\nApproved-by: {0} <{1}>\n",
            GATE.0, GATE.1
        );
        let path = format!("{folder}/part{}.c", at % 7);
        commit(at + 2, (name, mail), MONDAY_EIGHT_UTC + day * 86_400, &message, &path, &format!("step {at}\n"));
    }
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(args).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        command
    };
    let done = git(&["init", "-q", "-b", "main"]).arg(folder).status().expect("git is installed");
    assert!(done.success());
    let mut import = git(&["-C"]);
    import.arg(folder).args(["fast-import", "--quiet", "--date-format=raw"]).stdin(Stdio::piped());
    let mut child = import.spawn().expect("git is installed");
    child.stdin.take().expect("stdin is piped").write_all(stream.as_bytes()).expect("git reads the stream");
    assert!(child.wait().expect("git ends").success());
}
