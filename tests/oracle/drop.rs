//! Steps that drop fields, held against what should be left.
