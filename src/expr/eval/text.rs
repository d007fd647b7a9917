//! Writes values as text: what groups of events are named by.

use super::Evaluation;
use super::item::Item;
use crate::event::{Arrays, Seen};
use crate::expr::plan::SubjectId;
use crate::scan::Value;

impl Evaluation<'_, '_, '_> {
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
