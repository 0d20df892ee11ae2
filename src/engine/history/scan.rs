//! Reads and scans the jobs: what packs hold in the order in which it is made from their deltas, the rest one by one.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::Oid;

use super::groups::Groups;
use super::jobs::Job;
use super::origin;
use crate::check::lineage::{Learnt, Lineage};
use crate::engine::{Engine, Progress, Scanned, failed};
use crate::model::{NoNeighbours, Origin, Problem, ProblemKind, Secret, Summary};
use crate::source::git::cache::{Mark, mark};
use crate::source::git::history::{Holder, PathNo, Texts};
use crate::source::git::object::CommitText;
use crate::source::git::objects::{CommitFiles, Objects};
use crate::source::git::pack::{Kind, Object, Packs, Workspace};
use crate::source::git::{Runner, Unread};
use crate::source::tree;

/// No job.
const NONE: u32 = u32::MAX;

/// What all threads share while they scan.
pub struct Pass<'h> {
    /// The jobs.
    pub jobs: &'h [Job<'h>],
    /// Who introduced the blobs.
    pub holders: &'h [Holder],
    /// Their paths.
    pub texts: Texts<'h>,
    /// Whether the clone is partial, so that objects may be missing.
    pub is_partial: bool,
    /// Single objects.
    pub objects: &'h Objects,
    /// Whether it is noted what is clean.
    pub notes_clean: bool,
    /// How far the pass has come.
    pub progress: &'h Progress,
}

/// A scanned object, whether it would come to the same in any other commit, and whether a partial clone lacks it.
struct Version {
    scanned: Scanned,
    is_steady: bool,
    is_absent: bool,
}

/// What came of a pass.
#[derive(Default)]
pub struct Tally {
    /// Counts and problems.
    pub summary: Summary,
    /// Findings.
    pub groups: Groups,
    /// Blobs that were read in a lesser way. Nobody can mend old versions, so that they are counted and not named.
    pub degraded: usize,
    /// Objects that a partial clone lacks.
    pub absent: usize,
    /// Secrets that lie below a threshold.
    pub unreported: HashSet<Secret>,
    /// Holders, blobs and paths that together have each of these, if it is noted what is clean.
    pub hidden: Vec<(u32, Oid, PathNo)>,
    /// What is clean whatever commit holds it.
    pub clean: Vec<Mark>,
}

impl Engine {
    /// Does all jobs. Whatever the packs did not give is read through libgit2, which knows what is wrong with it.
    pub(super) fn scan_jobs(&self, pass: &Pass<'_>, packs: &Packs, run: &Runner<'_>) -> Tally {
        let tally = Mutex::new(Tally::default());
        let done: Vec<AtomicBool> = pass.jobs.iter().map(|_| AtomicBool::new(false)).collect();
        let mut by_number = vec![NONE; packs.count()];
        for (at, job) in pass.jobs.iter().enumerate() {
            // One that is to be read as something else, too, is looked up for that alone.
            if let Some(number) = job.packed.filter(|_| !job.is_again) {
                by_number[number as usize] = at as u32;
            }
        }
        let plan = packs.plan(|number| by_number[number as usize] != NONE);
        let workspaces: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());
        run(plan.pieces(), &|piece| {
            let mut workspace = workspaces.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
            let mut bases = HashMap::new();
            packs.read(&plan, piece, self.settings.max_file_size, &mut workspace, &mut |object| {
                let at = by_number[object.number as usize] as usize;
                if let Some(scanned) = self.scan_object(pass, &pass.jobs[at], object, &mut bases) {
                    done[at].store(true, Ordering::Relaxed);
                    pass.count(&tally, &pass.jobs[at], scanned);
                }
            });
            if let Ok(mut free) = workspaces.lock() {
                free.push(workspace);
            }
        });
        let left: Vec<&Job<'_>> =
            pass.jobs.iter().zip(&done).filter(|(_, done)| !done.load(Ordering::Relaxed)).map(|(job, _)| job).collect();
        let one = |at: usize| pass.count(&tally, left[at], self.scan_alone(pass, left[at]));
        if left.len() < 8 {
            (0..left.len()).for_each(one)
        } else {
            run(left.len(), &one)
        }
        tally.into_inner().unwrap_or_default()
    }

    /// Scans an object that a pack gave; `None` if it is not what the job expects. What was learnt of blobs that others
    /// are made from is kept in `bases` until the last of these.
    fn scan_object(
        &self,
        pass: &Pass<'_>,
        job: &Job<'_>,
        object: Object<'_>,
        bases: &mut HashMap<u32, Learnt>,
    ) -> Option<Version> {
        match (object.kind, job.is_message) {
            (Kind::Blob, false) => {
                let before = object.base.and_then(|base| Some((bases.get(&base.number)?, base.kept)));
                let mut lineage = Lineage { before, learnt: None };
                let (holder, path) = (pass.holder(job), job.path(pass.texts));
                let version = self.scan_version(pass.objects, holder, job.blob, path, object.bytes, Some(&mut lineage));
                let learnt = lineage.learnt.filter(|_| object.is_base);
                if let Some(base) = object.base.filter(|base| base.is_last) {
                    bases.remove(&base.number);
                }
                bases.extend(learnt.map(|learnt| (object.number, learnt)));
                Some(version)
            }
            (Kind::Commit, true) => {
                let message = CommitText::read(object.bytes)?.message;
                Some(self.scan_message(pass, job, &message))
            }
            _ => None,
        }
    }

    /// Whether nothing is found in the message of a commit, whichever it is, not even what lies below a threshold.
    pub(super) fn finds_nothing(&self, message: &[u8]) -> bool {
        let origin = Origin::Stdin { path: Origin::COMMIT_MESSAGE.to_owned() };
        let scanned = self.scan_blob(origin, message, &NoNeighbours);
        scanned.is_silent()
    }

    fn scan_message(&self, pass: &Pass<'_>, job: &Job<'_>, message: &[u8]) -> Version {
        let scanned = self.scan_blob(origin(job.blob, job.path(pass.texts)), message, &NoNeighbours);
        Version { scanned, is_steady: true, is_absent: false }
    }

    fn scan_alone(&self, pass: &Pass<'_>, job: &Job<'_>) -> Version {
        let (id, path) = (job.blob, || job.path(pass.texts));
        let read = if job.is_message {
            pass.objects.message(id).map(|(message, _)| self.scan_message(pass, job, &message))
        } else {
            let read = self.read_blob(pass.objects, id);
            read.map(|bytes| self.scan_version(pass.objects, pass.holder(job), id, path(), &bytes, None))
        };
        read.unwrap_or_else(|unread| {
            let is_absent = unread.is_missing && pass.is_partial;
            let scanned = if is_absent { Scanned::default() } else { failed(&path(), unread.message) };
            Version { scanned, is_steady: false, is_absent }
        })
    }

    /// Scans a blob as it stood at `path` in what holds it.
    fn scan_version(
        &self,
        objects: &Objects,
        holder: &Holder,
        blob: Oid,
        path: String,
        bytes: &[u8],
        mut lineage: Option<&mut Lineage<'_>>,
    ) -> Version {
        match holder {
            Holder::Commit(commit) => {
                let files = CommitFiles::new(objects, *commit);
                let scanned = self.scan_version_of(lineage.as_deref_mut(), origin(*commit, path), bytes, &files);
                if let Some(lineage) = lineage.filter(|_| files.were_asked()) {
                    lineage.forget_documents();
                }
                Version { scanned, is_steady: !files.were_asked(), is_absent: false }
            }
            Holder::Ref(_) | Holder::Nobody => {
                let scanned = self.scan_version_of(lineage.as_deref_mut(), origin(blob, path), bytes, &NoNeighbours);
                if let Some(lineage) = lineage {
                    lineage.forget_documents();
                }
                Version { scanned, is_steady: false, is_absent: false }
            }
        }
    }

    /// What is in a blob as it stood at `path`, for comparison. One that can't be read tells nothing; that is no news of the
    /// scanned commits.
    pub(super) fn scan_before(&self, objects: &Objects, blob: Oid, path: String) -> Scanned {
        let bytes = self.read_blob(objects, blob).unwrap_or_default();
        self.scan_version(objects, &Holder::Nobody, blob, path, &bytes, None).scanned
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// A sentence that says why it is not scanned.
    pub(super) fn read_blob(&self, objects: &Objects, blob: Oid) -> Result<Vec<u8>, Unread> {
        let limit = self.settings.max_file_size;
        objects.blob(blob, limit)?.map_err(|size| tree::too_large(Some(size), limit).into())
    }
}

impl Pass<'_> {
    fn holder(&self, job: &Job<'_>) -> &Holder {
        self.holders.get(job.holder as usize).unwrap_or(&Holder::Nobody)
    }

    fn count(&self, tally: &Mutex<Tally>, job: &Job<'_>, version: Version) {
        self.progress.done.fetch_add(1, Ordering::Relaxed);
        let Version { mut scanned, is_steady, is_absent } = version;
        let is_clean = is_steady && scanned.is_silent();
        let clean = (self.notes_clean && is_clean).then(|| mark(job.blob, &job.path(self.texts)));
        let Ok(mut tally) = tally.lock() else { return };
        tally.clean.extend(clean);
        let mut brings_more = false;
        for secret in scanned.unreported {
            brings_more |= tally.unreported.insert(secret);
        }
        // What is said of a blob is to be said the next time, too.
        brings_more |= scanned.problems.iter().any(|problem| problem.kind == ProblemKind::Skipped);
        if let (true, Some(place)) = (brings_more && self.notes_clean, job.places.first()) {
            tally.hidden.push((job.holder, job.blob, *place));
        }
        tally.absent += usize::from(is_absent);
        if !is_absent && !scanned.unread && !job.is_message && !job.is_again {
            tally.summary.files += 1;
            tally.summary.bytes += scanned.bytes;
            tally.summary.binary += usize::from(scanned.binary);
            let degraded = scanned.problems.iter().any(|problem| problem.kind == ProblemKind::Degraded);
            tally.degraded += usize::from(degraded);
        }
        // What is read once more, as something else, counts once.
        let is_kept = |problem: &Problem| problem.kind != ProblemKind::Degraded && !(job.is_again && problem.count > 0);
        scanned.problems.retain(is_kept);
        tally.summary.problems.append(&mut scanned.problems);
        if !scanned.findings.is_empty() {
            let secrets = scanned.source.map(|source| source.secrets).unwrap_or_default();
            tally.groups.add(&job.sight(), scanned.findings, secrets.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Kept, Settings, Span, spliced};
    use proptest::prelude::*;

    type Found = (Vec<(String, Span, Secret)>, Vec<Problem>);

    fn found(scanned: Scanned) -> Found {
        let findings = scanned.findings.into_iter();
        let findings = findings.map(|finding| (finding.rule.id.to_string(), finding.span, finding.secret));
        (findings.collect(), scanned.problems)
    }

    fn scan(engine: &Engine, path: &str, text: &str, before: Option<(&Learnt, &[Kept])>) -> (Found, Option<Learnt>) {
        let mut lineage = Lineage { before, learnt: None };
        let origin = origin(Oid::ZERO_SHA1, path.to_owned());
        let scanned = engine.scan_version_of(Some(&mut lineage), origin, text.as_bytes(), &NoNeighbours);
        (found(scanned), lineage.learnt)
    }

    /// Tokens, keywords without any, encoded text, and much between them.
    fn pieces() -> impl Strategy<Value = String> {
        let token = "AKIA[A-Z2-7]{16}|glpat-[A-Za-z0-9_-]{20}|xoxb-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}";
        prop_oneof![
            "[a-z: \n]{0,300}",
            "\n(datadog|heroku|password|mailgun)_key: [0-9a-f]{0,32}",
            token.prop_map(|token| format!(" {token} ")),
            token.prop_map(|token| format!(
                " {} ",
                data_encoding::BASE64.encode(format!("the token: {token}").as_bytes())
            )),
            "[A-Za-z0-9+/]{0,60}",
            Just("\n---\n".to_owned()),
            "\n(password|name|kind): ([A-Za-z0-9]{12}|Secret|\"x)\nstringData:\n  pass: [a-zA-Z0-9]{0,10}",
            "\ndata:\n  (a.env|b.yml): \\|\n    (DB_PASSWORD|LEVEL)=[a-z0-9]{8}\n    (token|c): [A-Za-z0-9]{12}\n",
            "\n  [a-c]: '\\{\"(password|name)\": \"[A-Za-z0-9]{0,12}\"\\}'\n",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_version_of_a_blob_comes_to_what_it_comes_to_alone(
            words in prop::collection::vec(pieces(), 0..24),
            cuts in prop::collection::vec((0_usize..24, 0_usize..24, pieces()), 0..4),
        ) {
            agree("values.yaml", &words, cuts)?;
        }

        #[test]
        fn a_version_of_a_text_comes_to_what_it_comes_to_alone(
            words in prop::collection::vec(lines(), 0..40),
            cuts in prop::collection::vec((0_usize..40, 0_usize..40, lines()), 0..4),
            path in prop_oneof![Just("README.txt"), Just("main.go"), Just("dump.sql"), Just("page.html"), Just("run.sh")],
        ) {
            agree(path, &words, cuts)?;
        }
    }

    #[test]
    fn a_version_in_another_format_is_looked_at_as_what_it_is() {
        let engine = Engine::new(Settings { min_confidence: Confidence::Low, ..Settings::default() }, 1);
        let filler: String = (0..300).map(|line| format!("# line {line} of a description\n")).collect();
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n      value: \
                   Kx7vQ2mZpL9t\n";
        let now = format!("{filler}{pod}");
        let script = format!("#!/bin/sh\n{now}");
        let (_, learnt) = scan(&engine, "pod.yaml", &script, None);
        let kept = [Kept { at: 0, from: 10, length: now.len() }];
        let again = scan(&engine, "pod.yaml", &now, learnt.as_ref().map(|learnt| (learnt, &kept[..]))).0;
        let alone = scan(&engine, "pod.yaml", &now, None).0;
        assert_eq!(again, alone);
        assert!(!alone.0.is_empty());
    }

    /// Lines of code and prose that give something to a name, or only half of it, and much between them.
    fn lines() -> impl Strategy<Value = String> {
        prop_oneof![
            "([a-z]{1,9} ){0,40}\n",
            "\n *#+ *(export )?(DB_|)(PASSWORD|apiToken)(=|: )[A-Za-z0-9]{16}\n",
            "(db_|)(password|apiToken|secret_key) ?(=|:|is|:=|=>|,)? ?[\"'(]?[A-Za-z0-9!]{0,16}[\"'),;]?\n?",
            "(<password>|</password>|\n *|SetBasicAuth\\(\"bob\",|basic_auth\\( *|\"[A-Z0-9a-z]{12}\"\\)?)",
            "(mongodb|https)://[a-z]{1,4}:[A-Za-z0-9]{4,12}@[a-z.]{3,9}/? ",
            "CREATE USER a IDENTIFIED BY '[A-Za-z0-9]{8}';|'|--.{0,9}\n",
        ]
    }

    /// A version that is made of stretches of an earlier one and of new text is scanned as it is alone.
    fn agree(path: &str, words: &[String], cuts: Vec<(usize, usize, String)>) -> Result<(), TestCaseError> {
        let engine = Engine::new(Settings { min_confidence: Confidence::Low, ..Settings::default() }, 1);
        let (earlier, now, kept) = spliced(words, cuts);
        let (_, learnt) = scan(&engine, path, &earlier, None);
        let before = learnt.as_ref().map(|learnt| (learnt, &kept[..]));
        let (again, second) = scan(&engine, path, &now, before);
        let alone = found(engine.scan_blob(origin(Oid::ZERO_SHA1, path.to_owned()), now.as_bytes(), &NoNeighbours));
        prop_assert_eq!(&again, &alone);
        // What was taken over is as good for the next version.
        let same = [Kept { at: 0, from: 0, length: now.len() }];
        let before = second.as_ref().map(|learnt| (learnt, &same[..]));
        prop_assert_eq!(scan(&engine, path, &now, before).0, alone);
        Ok(())
    }
}
