//! Turns names of fields into something that reads them from events, without
//! a question.

use crate::diag::Diagnostic;
use crate::event::{Event, Roots, Seen};

use super::check::Checker;
use super::eval::{Evaluation, Routes, Scratch, Spelled};
use super::lower::Builder;
use super::parse::parse_key;
use super::plan::{Column, Count, Plan, Step};
use super::prelude;

/// Fields to be read from events, in an order.
#[derive(Clone, Debug)]
pub struct Selection {
    plan: Plan,
    routes: Routes,
    columns: Vec<Column>,
}

impl Selection {
    /// Makes ready to read these fields: any that an expression can name.
    ///
    /// ```
    /// use kaudit_filter::expr::Selection;
    /// let selection = Selection::new(&["code", "user.groups"]);
    /// assert_eq!(selection.expect("they exist").columns().len(), 2);
    /// let (which, error) = Selection::new(&["verb", "cod"]).unwrap_err();
    /// assert_eq!(which, 1);
    /// assert_eq!(error.help, ["did you mean `code`?"]);
    /// ```
    ///
    /// # Errors
    ///
    /// The number of the first name that is none, and what is wrong with it.
    pub fn new(names: &[&str]) -> Result<Selection, (usize, Diagnostic)> {
        let (mut scope, mut builder) = (prelude::scope(), Builder::default());
        let mut by = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let mut found = Vec::new();
            let key = parse_key(name, &mut found);
            let mut checker =
                Checker::new(&mut scope, &mut builder, &mut found);
            let column = key.and_then(|key| checker.column(&key));
            let Some(column) = column else {
                let unknown = || Diagnostic::error(0..name.len(), "no field");
                return Err((at, found.pop().unwrap_or_else(unknown)));
            };
            by.push(column);
        }
        // A plan has the subjects that its steps name.
        let step = Step::Count(Count { distinct: None, by, top: None });
        let plan = builder.finish(vec![step], &[]);
        let columns = match plan.steps.last() {
            Some(Step::Count(count)) => count.by.clone(),
            Some(_) | None => Vec::new(),
        };
        Ok(Selection { routes: Routes::new(&plan), plan, columns })
    }

    /// Returns the fields, in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the top-level keys to stop at, for [`Event::new`].
    pub fn roots(&self) -> &Roots {
        self.routes.roots()
    }

    /// Hands the values of field number `column` to `take`.
    ///
    /// ```
    /// use kaudit_filter::event::{Event, Seen};
    /// use kaudit_filter::expr::{Scratch, Selection, Spelled};
    /// use kaudit_filter::scan::Scanner;
    ///
    /// let names = Selection::new(&["user"]).expect("there is one");
    /// let line = br#"{"verb":"get","user":{"username":"jane"}}"#;
    /// let mut event = Event::new(Scanner::best(), line, 0, names.roots());
    /// let seen = names.read(0, &mut event, &mut Scratch::default(), &mut |it| {
    ///     assert_eq!(it, Spelled::Text("jane"));
    /// });
    /// assert_eq!(seen, Seen::All);
    /// ```
    pub fn read(
        &self,
        column: usize,
        event: &mut Event<'_, '_>,
        scratch: &mut Scratch,
        take: &mut dyn FnMut(Spelled<'_>),
    ) -> Seen {
        let subject = self.columns[column].subject;
        Evaluation::new(&self.plan, &self.routes, event, scratch)
            .spelled(subject, take)
    }
}
