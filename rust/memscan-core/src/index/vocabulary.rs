/*!
The units of a corpus, numbered: from a unit to its symbol and back. They are called words here, though
they may be lexemes or tokens: whatever has bytes.

# Idea

While a corpus is read, a hash table gives each new word the next number. In the end the words are
sorted by hash, then by bytes; a word's place, counted from one, is its *symbol*. A directory
over the first bits of the hash leads to the one or two words a look-up has to compare. The
comparison is of the folded bytes, so two words that share a hash stay two words, in the corpus and
in every query: no answer rests on a hash.
*/

use hashbrown::HashTable;

use super::format::{Section, SectionFile, SectionWriter};
use crate::error::{Error, ErrorKind, Result};
use crate::num::{index, offset, position, wide};
use crate::suffix::Symbol;
use crate::units::Folded;

/// Words in the order in which they were first seen.
#[derive(Debug, Default)]
pub(super) struct VocabularyBuilder {
    table: HashTable<Seen>,
    /// The folded bytes of all words, one after another.
    words: Vec<u8>,
    /// Where each word starts in `words`, and its hash.
    places: Vec<Place>,
}

/// A word in the hash table. Short words are compared without leaving it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    head: u128,
    number: u32,
    is_long: bool,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    hash: u32,
}

impl VocabularyBuilder {
    /// The number of `word`: how many other words were seen before it was first seen.
    #[inline]
    pub(super) fn number(&mut self, word: &Folded<'_>) -> u32 {
        let Self { table, words, places } = self;
        let hash = word.hash();
        let is_same = |seen: &Seen| {
            seen.head == word.head()
                && seen.is_long != word.long().is_empty()
                && (!seen.is_long || bytes_of(words, places, seen.number) == word.long())
        };
        if let Some(seen) = table.find(spread(hash), is_same) {
            return seen.number;
        }
        let number = position(places.len());
        places.push(Place { start: wide(words.len()), hash });
        word.with_bytes(|bytes| words.extend_from_slice(bytes));
        let seen = Seen { head: word.head(), number, is_long: !word.long().is_empty() };
        table.insert_unique(spread(hash), seen, |seen| spread(places[index(seen.number)].hash));
        number
    }

    /// How many different words there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.words.capacity()
            + self.places.capacity() * size_of::<Place>()
            + self.table.capacity() * (size_of::<Seen>() + 1)
    }

    /// Words sorted by hash, then bytes; and the symbol of each number.
    pub(super) fn into_sorted(self) -> Result<(SortedWords, Vec<u32>)> {
        let Self { words, places, .. } = self;
        if places.len() >= index(u32::ABSENT >> 1) {
            return Err(Error::new(ErrorKind::Limit, "a shard holds fewer than 2^31 different units")
                .with_hint("build with smaller shards"));
        }
        let mut order: Vec<u32> = (0..position(places.len())).collect();
        order.sort_unstable_by_key(|&number| (places[index(number)].hash, bytes_of(&words, &places, number)));
        let mut symbols = vec![0; order.len()];
        let mut sorted = SortedWords::default();
        for (&number, symbol) in order.iter().zip(1..) {
            symbols[index(number)] = symbol;
            sorted.hashes.push(places[index(number)].hash);
            sorted.words.extend_from_slice(bytes_of(&words, &places, number));
            sorted.word_ends.push(wide(sorted.words.len()));
        }
        Ok((sorted, symbols))
    }
}

fn bytes_of<'a>(words: &'a [u8], places: &[Place], number: u32) -> &'a [u8] {
    let start = offset(places[index(number)].start);
    let end = places.get(index(number) + 1).map_or(words.len(), |next| offset(next.start));
    &words[start..end]
}

/// A hash table wants its entropy in the high bits as well.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The words of a shard in the order of their symbols.
#[derive(Debug, Default)]
pub(super) struct SortedWords {
    pub(super) hashes: Vec<u32>,
    word_ends: Vec<u64>,
    words: Vec<u8>,
}

impl SortedWords {
    pub(super) fn write(&self, mut writer: SectionWriter) -> Result<()> {
        writer.section("hashes", &self.hashes)?;
        writer.section("word_ends", &self.word_ends)?;
        writer.section("words", &self.words)?;
        writer.section("directory", &directory(&self.hashes))?;
        writer.finish()
    }
}

/// For each value of a hash's first bits, how many words have a lesser one.
pub(super) fn directory(hashes: &[u32]) -> Vec<u32> {
    let bits = directory_bits(hashes.len());
    let bound = |bucket: u64| hashes.partition_point(|&hash| u64::from(hash) < bucket << (32 - bits));
    (0..=1_u64 << bits).map(|bucket| position(bound(bucket))).collect()
}

/// About two words share a bucket.
fn directory_bits(word_count: usize) -> u32 {
    (word_count / 2).next_power_of_two().trailing_zeros().clamp(1, 24)
}

/// The vocabulary of a finished shard.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    file: SectionFile,
    hashes: Section<u32>,
    word_ends: Section<u64>,
    words: Section<u8>,
    directory: Section<u32>,
}

impl Vocabulary {
    /// The vocabulary in `file`, which has `word_count` words.
    pub(super) fn new(file: SectionFile, word_count: usize) -> Result<Self> {
        let buckets = 1_usize << directory_bits(word_count);
        Ok(Self {
            hashes: file.section("hashes", Some(word_count))?,
            word_ends: file.section("word_ends", Some(word_count))?,
            words: file.section("words", None)?,
            directory: file.section("directory", Some(buckets + 1))?,
            file,
        })
    }

    /// The symbol of the word whose folded bytes are `bytes` and whose hash is `hash`, or
    /// [`Symbol::ABSENT`].
    pub(crate) fn symbol(&self, hash: u32, bytes: &[u8]) -> u32 {
        let hashes = self.hashes();
        let directory = self.directory();
        let bits = directory_bits(hashes.len());
        let bucket = index(hash >> (32 - bits));
        let range =
            index(directory[bucket]).min(hashes.len())..index(directory[bucket + 1]).min(hashes.len());
        let mut place =
            range.start + hashes.get(range).unwrap_or_default().partition_point(|&other| other < hash);
        while hashes.get(place) == Some(&hash) {
            if self.word(place) == bytes {
                return position(place + 1);
            }
            place += 1;
        }
        u32::ABSENT
    }

    /// The folded bytes of the word at `place` among the sorted words.
    pub(crate) fn word(&self, place: usize) -> &[u8] {
        let ends = self.file.get(&self.word_ends);
        let start = place.checked_sub(1).map_or(0, |before| offset(ends[before]));
        self.file.get(&self.words).get(start..offset(ends[place])).unwrap_or_default()
    }

    /// How many words have lesser first bits of their hash.
    pub(super) fn directory(&self) -> &[u32] {
        self.file.get(&self.directory)
    }

    /// The hash of each symbol, from 1 up.
    pub(crate) fn hashes(&self) -> &[u32] {
        self.file.get(&self.hashes)
    }
}
