//! What the parser of GitLab promises, on payloads that are made here.
