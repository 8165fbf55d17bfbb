/*!
The same answers, slowly: what the fast paths are tested against.

Everything here follows the definitions word by word and knows no index.
*/

/// All texts over `alphabet` of at most `longest` symbols, the empty one first.
pub(crate) fn all_texts(alphabet: &[u32], longest: usize) -> Vec<Vec<u32>> {
    let mut texts = vec![Vec::new()];
    let mut first_of_last_length = 0;
    for _ in 0..longest {
        let end = texts.len();
        for place in first_of_last_length..end {
            for &symbol in alphabet {
                let mut text = texts[place].clone();
                text.push(symbol);
                texts.push(text);
            }
        }
        first_of_last_length = end;
    }
    texts
}

/// Every place of `text` where `query`, which is not empty, stands.
pub(crate) fn occurrences(text: &[u32], query: &[u32]) -> Vec<usize> {
    (0..text.len()).filter(|&start| text[start..].starts_with(query)).collect()
}

/// The length of the longest match that starts at each place of `query`.
pub(crate) fn matching_statistics(text: &[u32], query: &[u32]) -> Vec<usize> {
    let longest = |start: usize| {
        let lengths = (1..=query.len() - start).rev();
        lengths.into_iter().find(|length| !occurrences(text, &query[start..start + length]).is_empty())
    };
    (0..query.len()).map(|start| longest(start).unwrap_or(0)).collect()
}

/// The maximal matches of at least `min_length`: start and end of each, from left to right.
pub(crate) fn maximal_matches(text: &[u32], query: &[u32], min_length: usize) -> Vec<(usize, usize)> {
    let occurs = |start: usize, end: usize| !occurrences(text, &query[start..end]).is_empty();
    let mut matches = Vec::new();
    for start in 0..query.len() {
        for end in start + 1..=query.len() {
            let may_grow_left = start > 0 && occurs(start - 1, end);
            let may_grow_right = end < query.len() && occurs(start, end + 1);
            if end - start >= min_length && occurs(start, end) && !may_grow_left && !may_grow_right {
                matches.push((start, end));
            }
        }
    }
    matches
}
