/*!
Sorting the suffixes of a text: libsais (Ilya Grebnov), which induces the order of all suffixes
from the order of a few, in linear time whatever the text.
*/

use super::Symbol;
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, position};

/// The longest text that 32-bit suffix sorting takes, in symbols and separators.
pub(crate) const LONGEST_TEXT: usize = (1 << 31) - 2;

/// The suffix array of `text`, less the suffixes that start with a separator.
///
/// Symbols are below 2^31, and should be dense: memory grows with the largest.
pub(crate) fn build<S: Symbol>(text: &mut [S]) -> Result<Vec<u32>> {
    assert!(text.len() <= LONGEST_TEXT, "the builder cuts shards before they grow too long");
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let separators = text.iter().filter(|&&symbol| symbol == S::SEPARATOR).count();
    let sorted = S::sort(text)
        .map_err(|error| Error::new(ErrorKind::Limit, format!("suffix sorting failed: {error}")))?;
    let mut sorted: Vec<u32> = bytemuck::cast_vec(sorted);
    sorted.drain(..separators);
    Ok(sorted)
}

/// For each symbol from 1 up to `symbol_count`, the rank of the first suffix that starts with it; then
/// the number of suffixes.
pub(crate) fn first_ranks<S: Symbol>(text: &[S], symbol_count: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; symbol_count + 1];
    for &symbol in text {
        counts[index(symbol.number())] += 1;
    }
    let mut total = 0;
    let starts = counts.iter().skip(1).map(|&count| {
        let start = total;
        total += index(count);
        position(start)
    });
    let mut ranks: Vec<u32> = starts.collect();
    ranks.push(position(total));
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::all_texts;

    fn check<S: Symbol>(numbers: &[u32]) {
        let text: Vec<S> = numbers.iter().map(|&number| S::new(number)).collect();
        let mut expected: Vec<u32> =
            (0..text.len()).filter(|&start| text[start] != S::SEPARATOR).map(position).collect();
        expected.sort_by_key(|&start| &text[index(start)..]);
        let mut symbols = text.clone();
        assert_eq!(build(&mut symbols).expect("sorts"), expected, "{text:?}");
        assert_eq!(symbols, text, "the text is left as it was");
    }

    #[test]
    fn agrees_with_sorting_the_suffixes_of_all_short_texts_of_either_width() {
        for text in all_texts(&[0, 1, 2], 7) {
            check::<u8>(&text);
            check::<u32>(&text);
        }
    }
}
