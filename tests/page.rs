//! The HTML report in a real browser: nothing in it runs but its own script, and that filters. Skipped without Chromium.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{text, tidewaiter};
use crate::repository::Repository;

/// What the page holds when its scripts have run.
fn rendered(page: &Path, profile: &Path) -> Option<String> {
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", profile.display())).arg(format!("file://{}", page.display()));
    command.output().ok().map(|output| text(&output.stdout))
}

/// Asks the page's own filter for a text and a severity and says below what is shown.
const FILTERED: &str = r#"<script>
for (const [text, severity] of [["", ""], ["DOCKERFILE", ""], ["", "critical"], ["", "high"], ["img src", ""]]) {
  field("text").value = text;
  field("severity").value = severity;
  field("filter").dispatchEvent(new Event("input"));
  document.body.append(`[${field("shown").textContent.split(" ")[0]}]`);
}
document.body.append(`[${document.images.length} ${document.title}]`);
document.body.append(`[${[...document.querySelectorAll("figcaption")].map(title => title.textContent.split(":")[0])}]`);
</script></body>"#;

#[test]
fn a_page_with_hostile_names_shows_them_as_text_and_filters() {
    let mut repository = Repository::new();
    let key = "<img src=x onerror=document.title='run'>";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n";
    let name = "a\u{1b}[31m\n<script>document.title='run'<!--&'\"|`.yaml";
    repository.write(name, &format!("{secret}  \"{key}password\": kestrel-Harbour-71\n"));
    repository.write("app/Dockerfile", "FROM alpine:3.20\nENV DB_PASSWORD=wigeon-Brae-41\n");
    repository.commit("start");
    let page = repository.beside("report.html");
    let report = text(&tidewaiter(&["history", "--format", "html"], repository.path()).stdout);
    fs::write(&page, report.replace("</body>", FILTERED)).expect("written");
    let Some(shown) = rendered(&page, &repository.beside("profile")) else {
        eprintln!("skipped: Chromium is not there");
        return;
    };
    let said = shown.rsplit("</script>").next().unwrap_or_default().trim();
    assert!(said.starts_with("[2][1][0][2][1][0 tidewaiter report][By rule,By folder,By age]"), "{said}\n{shown}");
}
