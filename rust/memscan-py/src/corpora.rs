//! Columns that hold a list for each row: what is found in each named corpus.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, Fields};
use memscan_core::{CorpusCount, CorpusMatches, GenerationMatches};

fn list_of(fields: &[(&str, DataType)]) -> ListBuilder<StructBuilder> {
    let fields: Fields = fields.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
    ListBuilder::new(StructBuilder::from_fields(fields, 0))
}

/// The builder of a field of the structures in a list.
fn field<B: ArrayBuilder>(list: &mut ListBuilder<StructBuilder>, number: usize) -> &mut B {
    list.values().field_builder(number).expect("the fields are those the list was made of")
}

fn integer(list: &mut ListBuilder<StructBuilder>, number: usize, value: Option<u64>) {
    field::<Int64Builder>(list, number).append_option(value.map(u64::cast_signed));
}

/// How often each span stands in each corpus that has it; null if none has a name.
pub(crate) fn counts<'a>(names: &[String], rows: impl Iterator<Item = &'a [CorpusCount]>) -> ArrayRef {
    let mut list = list_of(&[
        ("corpus", DataType::Utf8),
        ("count", DataType::Int64),
        ("document_count", DataType::Int64),
        ("count_is_capped", DataType::Boolean),
    ]);
    for row in rows {
        for CorpusCount { corpus, count, document_count, is_capped } in row {
            field::<StringBuilder>(&mut list, 0).append_value(&names[*corpus]);
            integer(&mut list, 1, Some(*count));
            integer(&mut list, 2, Some(*document_count));
            field::<BooleanBuilder>(&mut list, 3).append_value(*is_capped);
            list.values().append(true);
        }
        list.append(!names.is_empty());
    }
    finished(&mut list)
}

/// What each generation has in common with each corpus; null if none has a name.
pub(crate) fn matches(names: &[String], results: &[GenerationMatches]) -> ArrayRef {
    let mut list = list_of(&[
        ("corpus", DataType::Utf8),
        ("covered_units", DataType::Int64),
        ("covered_chars", DataType::Int64),
        ("longest_match", DataType::Int64),
        ("n_spans", DataType::Int64),
    ]);
    for result in results {
        for (name, CorpusMatches { covered, longest_match, match_count }) in names.iter().zip(&result.corpora)
        {
            field::<StringBuilder>(&mut list, 0).append_value(name);
            integer(&mut list, 1, Some(covered.units));
            integer(&mut list, 2, covered.characters);
            integer(&mut list, 3, Some(*longest_match));
            integer(&mut list, 4, Some(*match_count));
            list.values().append(true);
        }
        list.append(!names.is_empty());
    }
    finished(&mut list)
}

fn finished(list: &mut ListBuilder<StructBuilder>) -> ArrayRef {
    let list = list.finish();
    debug_assert_eq!(list.null_count() % list.len().max(1), 0, "all rows are null, or none is");
    Arc::new(list)
}
