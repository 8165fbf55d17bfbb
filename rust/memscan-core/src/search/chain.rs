/*!
From one maximal match of a query to the next.

# Idea

Let a match start at `start` and be the longest there, up to `end`. The next maximal match reaches
past `end`, so it holds the unit at `end`. If the run from s up to and with that unit occurs, so does
every shorter one that ends there: the first such s is found by doubling and then
halving a length. From there on, the longest match is maximal again.

A text that goes on repeating itself longer than the corpus does has a maximal match at every unit, each nearly as
long as the corpus's loop. But where the text repeats itself with a period, so do its matches: what was found for a
unit holds for the one a period later, as long as the match and the unit after it lie within the repetition.

# Complexity

`O(log l)` searches for each maximal match of `l` units; none for one that is repeated.
*/

use crate::memory;
use crate::suffix::{LongestMatch, SuffixArray, Symbol, most_steps};

/// From this many units on, the next place is tried before all others, and repetitions are looked for. In unit
/// tests few are long.
const LONG: usize = if cfg!(test) { 3 } else { 64 };

/// The longest period that is looked for, in units, is half of this.
const MOST_COMPARED: usize = 1 << 12;

/// A match that is the longest from its start, and where the next maximal one starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) start: usize,
    pub(super) found: LongestMatch,
    pub(super) next: usize,
}

/// A stretch of a query that repeats itself: each unit from `start` to before `end` is that a period later.
#[derive(Clone, Copy, Debug)]
struct Repetition {
    start: usize,
    end: usize,
    period: usize,
}

/// Goes from match to match.
#[derive(Debug)]
pub(super) struct Chain<'a, S> {
    array: SuffixArray<'a, S>,
    query: &'a [S],
    repetition: Option<Repetition>,
    /// The links of the repetition, and the first of them that a later start may repeat.
    links: Vec<Link>,
    first: usize,
}

impl<'a, S: Symbol> Chain<'a, S> {
    pub(super) fn new(array: SuffixArray<'a, S>, query: &'a [S]) -> Self {
        Self { array, query, repetition: None, links: Vec::new(), first: 0 }
    }

    /// The longest match at `start`, which is after that of the last call.
    pub(super) fn link(&mut self, start: usize) -> Link {
        if let Some(link) = self.repeated(start) {
            memory::push(&mut self.links, link);
            return link;
        }
        let found = self.array.longest_match(&self.query[start..]);
        let end = start + found.length;
        let next = if end == self.query.len() { end } else { self.next_start(start, end) };
        let link = Link { start, found, next };
        if found.length >= LONG {
            if self.repetition.is_none_or(|repetition| end >= repetition.end) {
                self.repetition = repetition(self.query, start, found.length);
                self.links.clear();
                self.first = 0;
            }
            memory::push(&mut self.links, link);
        }
        link
    }

    /// What was found a period before, if it holds here too.
    fn repeated(&mut self, start: usize) -> Option<Link> {
        let Repetition { start: first_start, end, period } = self.repetition?;
        let before = start.checked_sub(period).filter(|&before| before >= first_start)?;
        while self.links.get(self.first)?.start < before {
            self.first += 1;
        }
        let Link { start: earlier, found, next } = self.links[self.first];
        let holds = earlier == before && earlier + found.length < end;
        holds.then_some(Link { start, found, next: next + period })
    }

    /// The first place after `start` from where the query occurs up to and with the unit at `end`;
    /// the place after `end` if there is none.
    fn next_start(&self, start: usize, end: usize) -> usize {
        let stop = end + 1;
        let occurs = |length: usize| self.array.occurs(&self.query[stop - length..stop]);
        if end - start >= LONG && occurs(end - start) {
            return start + 1;
        }
        stop - most_steps(end - start, occurs)
    }
}

/// How the query repeats itself from `start` on, if it does so for longer than `length`.
fn repetition<S: Symbol>(query: &[S], start: usize, length: usize) -> Option<Repetition> {
    let period = period(&query[start..start + length.min(MOST_COMPARED)])?;
    let pairs = query[start..].iter().zip(&query[start + period..]);
    let end = start + pairs.take_while(|(one, later)| one == later).count();
    (end > start + length).then_some(Repetition { start, end, period })
}

/// The smallest period of `text`, if it is at most half as long: by the prefix function of Knuth, Morris and
/// Pratt (1977).
fn period<S: Symbol>(text: &[S]) -> Option<usize> {
    let mut borders = vec![0; text.len()];
    let mut border = 0;
    for place in 1..text.len() {
        while border > 0 && text[place] != text[border] {
            border = borders[border - 1];
        }
        border += usize::from(text[place] == text[border]);
        borders[place] = border;
    }
    let period = text.len() - border;
    (2 * period <= text.len()).then_some(period)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::all_texts;

    #[test]
    fn the_period_is_the_smallest_that_holds() {
        for text in all_texts(&[1, 2], 9).into_iter().skip(1) {
            let holds = |period: &usize| text.iter().zip(&text[*period..]).all(|(one, later)| one == later);
            let expected = (1..=text.len() / 2).find(holds);
            assert_eq!(period(&text), expected, "{text:?}");
        }
    }
}
