//! Paths that are more, or less, than they look like.

use super::{Finding, Lint, Lints};
use crate::policy::{Item, Level, Rule, target};

/// Paths that have others below them.
const FAMILIES: [&str; 9] = [
    "/healthz", "/livez", "/readyz", "/metrics", "/logs", "/openapi",
    "/debug", "/api", "/apis",
];

impl Lints<'_> {
    /// Looks at the paths of a rule.
    pub(super) fn urls(&mut self, rule: &Rule) {
        for url in &rule.non_resource_urls.items {
            self.url(rule, url);
        }
    }

    fn url(&mut self, rule: &Rule, url: &Item) {
        let has = |other: &str| rule.non_resource_urls.has(other);
        let (text, span) = (&*url.text, url.span.clone());
        let stem = text.trim_end_matches('*');
        let is_bare = FAMILIES.contains(&text);
        if target(text).is_some() && !text.ends_with('*')
            || stem.matches('/').count() > 2 && is_resource(stem)
        {
            let message = format!("`{text}` leads to resources");
            let help = "name them in `resources`: rules for paths never \
                        take requests for resources";
            return self.nothing(url, message, help);
        }
        let is_covered = has(&format!("{text}*")) || has(&format!("{text}/*"));
        if is_bare && !is_covered && rule.level == Level::None {
            let message = format!("`{text}` alone: not {text}/…");
            let help = format!("write `{text}*` for those below it too");
            let lint = Lint::BarePath;
            return self.add(Finding::note(lint, span, message).help(help));
        }
        let is_api = ["/api", "/apis", "/api/", "/apis/"].contains(&stem);
        if is_api && text.ends_with('*') && rule.level == Level::None {
            let message = format!("`{text}` is discovery only");
            let help = "requests for resources are not taken by it: they go \
                        by `resources`";
            let lint = Lint::DiscoveryOnly;
            self.add(Finding::note(lint, span, message).help(help));
        }
    }
}

/// Returns whether all that begins so, and is longer, is of resources.
fn is_resource(stem: &str) -> bool {
    target(&format!("{stem}x")).is_some()
        && target(&format!("{stem}x/y")).is_some()
}
