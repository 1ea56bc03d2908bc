//! The framing of `git log -z --raw`: fields and paths separated by NUL, which no commit can contain, to commits.

use std::io::{self, BufRead};

/// What `git log` is asked to print of a commit; [`Frames`] reads it back.
///
/// NUL is the only separator: a message may contain every other byte, so that nothing a commit says can be taken
/// for the frame around it.
pub(crate) const FORMAT: &str = "--format=C%x00%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00E";

/// A name, an address and a time as the commit has them, before the mailmap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ident {
    /// The name, maybe empty.
    pub name: Vec<u8>,
    /// The mail address, maybe empty.
    pub email: Vec<u8>,
    /// Seconds and offset (`1700000000 +0100`), maybe empty.
    pub date: Vec<u8>,
}

/// One commit as git prints it. Buffers are kept from one commit to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The full id.
    pub sha: String,
    /// The full ids of its parents, separated by spaces.
    pub parents: String,
    /// Who wrote it.
    pub author: Ident,
    /// Who put it there.
    pub committer: Ident,
    /// Subject and body, in UTF-8 where git could say so.
    pub message: Vec<u8>,
}

impl Commit {
    /// How many parents it has.
    pub fn n_parents(&self) -> usize {
        self.parents.split_ascii_whitespace().count()
    }
}

/// Reads commits from the output of `git log`.
pub(crate) struct Frames<R> {
    reader: R,
    token: Vec<u8>,
    /// The `C` of the next commit was read already, at the end of the last one's paths.
    begun: bool,
}

impl<R: BufRead> Frames<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, token: Vec::new(), begun: false }
    }

    /// Reads the next commit into `commit` and gives every changed path to `on_path`. `false` at the end.
    ///
    /// # Errors
    /// `UnexpectedEof` where the stream ends within a commit, `InvalidData` where it is not this framing.
    pub fn next(&mut self, commit: &mut Commit, mut on_path: impl FnMut(&[u8])) -> io::Result<bool> {
        if !self.begun {
            if !self.token()? {
                return Ok(false);
            }
            self.is_frame(b"C")?;
        }
        self.begun = false;
        self.text(&mut commit.sha)?;
        self.text(&mut commit.parents)?;
        for ident in [&mut commit.author, &mut commit.committer] {
            self.field(&mut ident.name)?;
            self.field(&mut ident.email)?;
            self.field(&mut ident.date)?;
        }
        self.field(&mut commit.message)?;
        self.must()?;
        self.is_frame(b"E")?;
        while self.token()? {
            let token = self.token.strip_prefix(b"\n").unwrap_or(&self.token);
            match token.first() {
                // `:100644 100644 id id M`, then the path. Renames and copies are never asked for: one path each.
                Some(b':') => {
                    self.must()?;
                    on_path(&self.token);
                }
                _ => {
                    self.is_frame(b"C")?;
                    self.begun = true;
                    break;
                }
            }
        }
        Ok(true)
    }

    fn is_frame(&self, frame: &[u8]) -> io::Result<()> {
        if self.token == frame {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "git printed something else than was asked for"))
    }

    fn must(&mut self) -> io::Result<()> {
        if self.token()? {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "git stopped within a commit"))
    }

    fn field(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        self.must()?;
        std::mem::swap(into, &mut self.token);
        Ok(())
    }

    fn text(&mut self, into: &mut String) -> io::Result<()> {
        self.must()?;
        into.clear();
        into.push_str(&String::from_utf8_lossy(&self.token));
        Ok(())
    }

    /// Reads up to the next NUL into `self.token`; `false` at a clean end.
    fn token(&mut self) -> io::Result<bool> {
        self.token.clear();
        if self.reader.read_until(0, &mut self.token)? == 0 {
            return Ok(false);
        }
        match self.token.pop() {
            Some(0) => Ok(true),
            _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "git stopped within a field")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn all(bytes: &[u8]) -> io::Result<Vec<(Commit, Vec<String>)>> {
        let mut frames = Frames::new(bytes);
        let mut out = Vec::new();
        loop {
            let mut commit = Commit::default();
            let mut paths = Vec::new();
            if !frames.next(&mut commit, |path| paths.push(String::from_utf8_lossy(path).into_owned()))? {
                return Ok(out);
            }
            out.push((commit, paths));
        }
    }

    const TWO: &[u8] = b"C\0aa\0\0An\0an@x\x001 +0000\0Bo\0bo@x\x002 +0000\0subject\n\x01C\x02E\n\0E\0\
        \n:000000 100644 00 11 A\0:odd\nname\0:000000 100644 00 11 A\0b\0\
        C\0bb\0aa cc\0An\0an@x\x003 +0000\0\0\0\0\0E\0";

    #[test]
    fn messages_and_paths_that_look_like_frames_are_not_taken_for_them() {
        let commits = all(TWO).unwrap();
        assert_eq!(commits.len(), 2);
        assert_eq!(commits[0].0.message, b"subject\n\x01C\x02E\n");
        assert_eq!(commits[0].1, [":odd\nname", "b"]);
        assert_eq!(commits[1].0.n_parents(), 2);
        assert_eq!(commits[1].0.committer, Ident::default());
        assert!(commits[1].1.is_empty());
    }

    #[test]
    fn a_stream_cut_anywhere_gives_whole_commits_or_an_error_and_never_a_wrong_one() {
        let whole = all(TWO).unwrap();
        for cut in 0..TWO.len() {
            if let Ok(commits) = all(&TWO[..cut]) {
                assert!(commits.len() < whole.len() || cut == TWO.len());
                for (got, want) in commits.iter().zip(&whole) {
                    assert_eq!(got.0, want.0);
                }
            }
        }
    }

    #[test]
    fn nothing_is_no_commit() {
        assert!(all(b"").unwrap().is_empty());
    }

    #[test]
    fn what_is_not_this_framing_is_an_error() {
        assert_eq!(all(b"commit aa\n\0").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
