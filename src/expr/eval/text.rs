//! Writes values as text: what groups of events are named by, and what is
//! shown of an event.

use super::Evaluation;
use super::item::Item;
use crate::event::{Arrays, Seen};
use crate::expr::plan::SubjectId;
use crate::scan::Value;

/// A value as it can be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spelled<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it stands in the line.
    Number(&'a str),
    /// A number that was computed.
    Computed(i128),
    /// Text, unescaped.
    Text(&'a str),
    /// Text that cannot be unescaped, as it stands in the line.
    Raw(&'a [u8]),
    /// An object, which is not looked into.
    Object,
}

impl Evaluation<'_, '_, '_> {
    /// Hands the values of a subject to `take`, elements of arrays one by
    /// one, nested ones too.
    ///
    /// * Where the event breaks before all of them are seen, the answer is
    ///   [`Seen::Part`].
    pub fn spelled(
        &mut self,
        subject: SubjectId,
        take: &mut dyn FnMut(Spelled<'_>),
    ) -> Seen {
        let source = self.source(subject);
        self.items(source, Arrays::Flattened, &mut |scratch, item| {
            take(match item {
                Item::Text(text) => Spelled::Text(text),
                Item::Number(number) => Spelled::Computed(number),
                Item::Json(Value::Null) => Spelled::Null,
                Item::Json(Value::Bool(holds)) => Spelled::Bool(holds),
                Item::Json(Value::Number(number)) => Spelled::Number(number),
                Item::Json(Value::Text(text)) => {
                    match text.read(&mut scratch.text) {
                        Ok(text) => Spelled::Text(text),
                        Err(_) => Spelled::Raw(text.raw()),
                    }
                }
                Item::Json(Value::Array(_) | Value::Object(_)) => {
                    Spelled::Object
                }
            });
            Ok(false)
        })
    }

    /// Hands the values of a subject to `take`, as text.
    ///
    /// * Numbers are spelled as in the line, and truths `true` and `false`.
    /// * For null there is no text; without a value, nothing is handed on.
    /// * Arrays give their elements, nested ones too; an object is `{...}`.
    pub fn texts(
        &mut self,
        subject: SubjectId,
        take: &mut dyn FnMut(Option<&str>),
    ) -> Seen {
        let source = self.source(subject);
        self.items(source, Arrays::Flattened, &mut |scratch, item| {
            match item {
                Item::Text(text) => take(Some(text)),
                Item::Number(number) => take(Some(&number.to_string())),
                Item::Json(Value::Null) => take(None),
                Item::Json(Value::Bool(true)) => take(Some("true")),
                Item::Json(Value::Bool(false)) => take(Some("false")),
                Item::Json(Value::Number(spelling)) => take(Some(spelling)),
                Item::Json(Value::Text(text)) => {
                    take(Some(text.read(&mut scratch.text)?));
                }
                Item::Json(Value::Array(_) | Value::Object(_)) => {
                    take(Some("{...}"));
                }
            }
            Ok(false)
        })
    }
}
