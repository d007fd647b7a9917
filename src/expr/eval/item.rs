//! What a subject gives: values of the line, and values made of them.

use std::sync::Arc;

use crate::event::Given;
use crate::expr::plan::Number;
use crate::scan::{DefectKind, Value};

/// One value of a subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'a> {
    /// As it stands in the line.
    Json(Value<'a>),
    /// Text that was computed.
    Text(&'a str),
    /// A whole number that was computed.
    Number(i128),
}

/// What `any(...)` and its like are looking at.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// The value that begins at this offset.
    At(usize),
    /// Text that was computed.
    Text(Arc<str>),
    /// A whole number that was computed.
    Number(i128),
}

impl From<Given<'_>> for Element {
    fn from(given: Given<'_>) -> Element {
        match given {
            Given::Text(text) => Element::Text(Arc::from(text)),
            Given::Number(number) => Element::Number(number),
        }
    }
}

/// A value to compare with, held for a while.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Held {
    Text(Box<str>),
    Number(Number),
    Bool(bool),
}

impl<'t> Item<'t> {
    /// Returns the text that this is, if it is one.
    pub(super) fn text(
        self,
        scratch: &'t mut Vec<u8>,
    ) -> Result<Option<&'t str>, DefectKind> {
        Ok(match self {
            Item::Text(text) => Some(text),
            Item::Json(Value::Text(text)) => Some(text.read(scratch)?),
            Item::Json(_) | Item::Number(_) => None,
        })
    }

    /// Holds the value, unless it is null, an object or an array.
    pub(super) fn held(
        self,
        text: &mut Vec<u8>,
    ) -> Result<Option<Held>, DefectKind> {
        Ok(match self {
            Item::Text(text) => Some(Held::Text(text.into())),
            Item::Number(number) => Some(Held::Number(Number::Int(number))),
            Item::Json(Value::Text(value)) => {
                Some(Held::Text(value.read(text)?.into()))
            }
            Item::Json(Value::Number(spelling)) => {
                Some(Held::Number(Number::read(spelling)))
            }
            Item::Json(Value::Bool(value)) => Some(Held::Bool(value)),
            Item::Json(Value::Null | Value::Array(_) | Value::Object(_)) => {
                None
            }
        })
    }
}
