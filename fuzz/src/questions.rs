/*!
Everything that can be asked of an open index, and the answers as text.
*/

use memscan_core::{
    Common, DuplicateOptions, Duplicates, Error, ErrorKind, Generation, Index, Interrupt, ScanOptions, Text,
};

use crate::texts::Owned;

/// Documents that are looked at together for what stands twice.
const DOCUMENTS_AT_ONCE: usize = 2;

/// The answers to all questions about `texts`, each of which is the prompt of the one before it. An error stands
/// in the place of an answer.
pub fn answers(index: &Index, texts: &[Owned], options: &ScanOptions) -> Vec<Result<String, Error>> {
    let never = Interrupt::new();
    let texts: Vec<Text<'_>> = texts.iter().map(Owned::borrow).collect();
    let prompts = texts.iter().cycle().skip(1);
    let generations: Vec<Generation<'_>> = (texts.iter().zip(prompts))
        .map(|(&text, &prompt)| Generation { text, prompt: Some(prompt) })
        .collect();
    let common = Common { template: texts.last().copied(), baseline: Some(index) };
    let mut answers = vec![
        index.scan_apart_from(common, &generations, options, &never).map(|found| format!("{found:?}")),
        index.scan(&generations, options, &never).map(|found| format!("{found:?}")),
        index.statistics(&texts, false, &never).map(|lengths| format!("{lengths:?}")),
        index.statistics(&texts, true, &never).map(|lengths| format!("{lengths:?}")),
        index.novelty(&texts, 4, &never).map(|novelty| format!("{novelty:?}")),
        duplicates(index, options),
        index.tokenizer_json().map(|json| format!("{json:?}")),
        Ok(format!("{:?}", index.documents().collect::<Vec<_>>())),
    ];
    for &text in &texts {
        answers.push(index.find(text, options).map(|found| format!("{found:?}")));
        answers.push(index.count(text).map(|count| count.to_string()));
        answers.push(index.longest_match(text, options.context).map(|found| format!("{found:?}")));
    }
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    }
    answers
}

fn duplicates(index: &Index, options: &ScanOptions) -> Result<String, Error> {
    let ScanOptions { min_length, context, .. } = *options;
    let mut duplicates = Duplicates::new(DuplicateOptions { min_length, documents: 2, context })?;
    let mut found = Vec::new();
    while let Some(some) = duplicates.next(index, DOCUMENTS_AT_ONCE, &Interrupt::new())? {
        found.extend(some);
    }
    Ok(format!("{found:?}"))
}
