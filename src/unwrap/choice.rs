//! What a user wants to have unwrapped.

use std::{error::Error, fmt};

use super::form::Form;
use crate::diag::{escape, nearest};

/// What `--unwrap` asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// What the first lines of each input show, and other forms where a line
    /// does not fit.
    #[default]
    Auto,
    /// Nothing: lines are events, or are not.
    None,
    /// This form, and other forms where a line does not fit.
    Form(Form),
    /// What stands at this place of each line.
    At(Place),
}

/// A place in a JSON document: `a.b[*].c`, `["a.b"].c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// There is at least one.
    pub(super) steps: Vec<Step>,
}

/// A step on the way to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the value of a key.
    Key(String),
    /// To each element of an array.
    Each,
}

/// Why a word is no [`Choice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    word: String,
    help: String,
}

/// The forms that can be asked for by name.
const FORMS: [Form; 13] = {
    let mut forms = [Form::Event; 13];
    let (mut from, mut to) = (0, 0);
    while from < Form::ALL.len() {
        if !matches!(Form::ALL[from], Form::At | Form::Google) {
            forms[to] = Form::ALL[from];
            to += 1;
        }
        from += 1;
    }
    forms
};

impl Choice {
    /// Reads what stands behind `--unwrap`.
    ///
    /// # Errors
    ///
    /// [`Misspelt`] says what was meant, or what there is.
    ///
    /// ```
    /// use kaudit_filter::unwrap::{Choice, Form};
    /// assert_eq!(Choice::parse("cri"), Ok(Choice::Form(Form::Cri)));
    /// assert!(matches!(Choice::parse("at:a.b[*]"), Ok(Choice::At(_))));
    /// let wrong = Choice::parse("crio").unwrap_err();
    /// assert_eq!(wrong.to_string(), "unknown form `crio`; did you mean `cri`?");
    /// ```
    pub fn parse(word: &str) -> Result<Choice, Misspelt> {
        if let Some(place) = word.strip_prefix("at:") {
            return Place::parse(place).map(Choice::At);
        }
        let form = FORMS.into_iter().find(|form| form.name() == word);
        match (word, form) {
            ("auto", _) => Ok(Choice::Auto),
            ("none", _) => Ok(Choice::None),
            (_, Some(form)) => Ok(Choice::Form(form)),
            (_, None) => Err(Misspelt::form(word)),
        }
    }
}

impl Place {
    /// Reads a place.
    fn parse(text: &str) -> Result<Place, Misspelt> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, behind) =
                Step::first(rest).ok_or_else(|| Misspelt::place(text))?;
            steps.push(step);
            rest = match behind.strip_prefix('.') {
                Some("") => return Err(Misspelt::place(text)),
                Some(more) => more,
                None if behind.is_empty() || behind.starts_with('[') => behind,
                None => return Err(Misspelt::place(text)),
            };
        }
        match steps.is_empty() {
            true => Err(Misspelt::place(text)),
            false => Ok(Place { steps }),
        }
    }
}

impl Step {
    /// Reads the first step of a place, and returns what follows it.
    fn first(text: &str) -> Option<(Step, &str)> {
        if let Some(behind) = text.strip_prefix("[*]") {
            return Some((Step::Each, behind));
        }
        if let Some(quoted) = text.strip_prefix("[\"") {
            let (key, behind) = quoted.split_once("\"]")?;
            return Some((Step::Key(key.into()), behind));
        }
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (key, behind) = text.split_at(end);
        (end > 0).then(|| (Step::Key(key.into()), behind))
    }
}

impl Misspelt {
    fn form(word: &str) -> Misspelt {
        let words = ["auto", "none", "at:PATH"];
        let names = FORMS.map(Form::name);
        let all = words.into_iter().chain(names);
        let help = match nearest(word, all.clone()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => {
                format!("there are {}", all.collect::<Vec<_>>().join(", "))
            }
        };
        Misspelt {
            word: format!("unknown form `{}`", escape(word.as_bytes())),
            help,
        }
    }

    fn place(text: &str) -> Misspelt {
        let word = format!("`at:{}` is no place", escape(text.as_bytes()));
        let help = "keys with dots between, `[*]` for each element of an \
                    array, `[\"a.b\"]` for a key with a dot";
        Misspelt { word, help: help.into() }
    }
}

impl fmt::Display for Misspelt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.word, self.help)
    }
}

impl Error for Misspelt {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn place(text: &str, steps: &[&str]) {
        let Ok(Choice::At(place)) = Choice::parse(text) else {
            panic!("{text}: {:?}", Choice::parse(text));
        };
        let named = place.steps.iter().map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Each => "*",
        });
        assert_eq!(named.collect::<Vec<_>>(), steps, "{text}");
    }

    #[test]
    fn places_are_read() {
        place("at:a", &["a"]);
        place("at:a.b[*].c", &["a", "b", "*", "c"]);
        place("at:[*].a", &["*", "a"]);
        place("at:a[\"b.c\"][*][*]", &["a", "b.c", "*", "*"]);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for wrong in ["at:", "at:.", "at:a.", "at:a..b", "at:[0]", "at:a[*]b"]
        {
            let said = Choice::parse(wrong).unwrap_err().to_string();
            assert!(said.contains("is no place; keys"), "{said}");
        }
    }

    #[test]
    fn every_form_is_found_by_its_name() {
        for form in FORMS {
            assert_eq!(Choice::parse(form.name()), Ok(Choice::Form(form)));
        }
        let said = Choice::parse("xyzzy\u{1b}").unwrap_err().to_string();
        assert!(said.contains("there are auto, none, at:PATH, event"));
        assert!(!said.contains('\u{1b}'));
    }
}
