/*!
The original text of a shard, kept in blocks of zstd, and the way from a unit to its place in it.

# Idea

The documents' bytes stand one after another and are cut into blocks of 64 KiB, each compressed by
itself. Of every 128th unit the byte where it starts is stored. To find another unit,
the text is cut into units again from the last stored one; a unit depends only on the text from its
own start, so the cut is the same.
*/

use std::fmt;
use std::ops::Range;

use rayon::prelude::*;
use zstd::bulk::Decompressor;

use super::format::{Section, SectionFile, SectionWriter};
use crate::error::{Error, ErrorKind, Result};
use crate::num::{offset, wide};

/// Bytes of text that are compressed together. Few in unit tests, so that these cross blocks.
const BLOCK_BYTES: usize = if cfg!(test) { 16 } else { 1 << 16 };

/// Of how many units the place of one is stored. Few in unit tests, so that these cross them.
pub(crate) const CHECKPOINT_UNITS: usize = if cfg!(test) { 4 } else { 128 };

/// Blocks compressed in one parallel step.
const BLOCKS_AT_ONCE: usize = 64;

/// Level 3 takes half as long again and makes the text 6 % smaller.
const COMPRESSION_LEVEL: i32 = 1;

/// Decompressed blocks that a reader keeps which goes from left to right.
const FEW_BLOCKS: usize = 2;

/// Characters in a piece of UTF-8, counting each where its first byte stands.
pub(crate) fn count_characters(bytes: &[u8]) -> u64 {
    // Up to 255 bytes are counted in bytes: so the compiler counts many side by side.
    let count = |chunk: &[u8]| chunk.iter().map(|&byte| u8::from(byte & 0xc0 != 0x80)).sum::<u8>();
    bytes.chunks(usize::from(u8::MAX)).map(|chunk| u64::from(count(chunk))).sum()
}

/// Compresses and writes text as it comes.
#[derive(Debug)]
pub(super) struct TextBuilder {
    writer: SectionWriter,
    pending: Vec<u8>,
    block_ends: Vec<u64>,
    block_characters: Vec<u64>,
    compressed_bytes: u64,
    characters: u64,
}

impl TextBuilder {
    pub(super) fn new(mut writer: SectionWriter) -> Result<Self> {
        writer.begin::<u8>("blocks")?;
        Ok(Self {
            writer,
            pending: Vec::new(),
            block_ends: Vec::new(),
            block_characters: Vec::new(),
            compressed_bytes: 0,
            characters: 0,
        })
    }

    pub(super) fn append(&mut self, text: &str) -> Result<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let room = BLOCKS_AT_ONCE * BLOCK_BYTES - self.pending.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if now.len() == room {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let compress = |block: &[u8]| zstd::bulk::compress(block, COMPRESSION_LEVEL);
        let blocks: std::io::Result<Vec<Vec<u8>>> =
            self.pending.par_chunks(BLOCK_BYTES).map(compress).collect();
        let blocks =
            blocks.map_err(|error| Error::new(ErrorKind::Io, format!("compression failed: {error}")))?;
        for (compressed, block) in blocks.iter().zip(self.pending.chunks(BLOCK_BYTES)) {
            self.block_characters.push(self.characters);
            self.characters += count_characters(block);
            self.compressed_bytes += wide(compressed.len());
            self.block_ends.push(self.compressed_bytes);
            self.writer.append(compressed)?;
        }
        self.pending.clear();
        Ok(())
    }

    /// Finish the file, with the places of every 128th unit.
    pub(super) fn finish(mut self, checkpoints: &[u64]) -> Result<()> {
        self.flush()?;
        self.writer.section("block_ends", &self.block_ends)?;
        self.writer.section("block_characters", &self.block_characters)?;
        self.writer.section("checkpoints", checkpoints)?;
        self.writer.finish()
    }
}

/// The text of a finished shard.
#[derive(Debug)]
pub(crate) struct TextStore {
    file: SectionFile,
    blocks: Section<u8>,
    block_ends: Section<u64>,
    block_characters: Section<u64>,
    checkpoints: Section<u64>,
    bytes: u64,
}

impl TextStore {
    /// The text in `file`: `bytes` long, with `checkpoint_count` places of units.
    pub(super) fn new(file: SectionFile, bytes: u64, checkpoint_count: usize) -> Result<Self> {
        let block_count = offset(bytes).div_ceil(BLOCK_BYTES);
        Ok(Self {
            blocks: file.section("blocks", None)?,
            block_ends: file.section("block_ends", Some(block_count))?,
            block_characters: file.section("block_characters", Some(block_count))?,
            checkpoints: file.section("checkpoints", Some(checkpoint_count))?,
            bytes,
            file,
        })
    }

    /// Where every 128th unit starts, in bytes; none if the units are bytes.
    pub(crate) fn checkpoints(&self) -> &[u64] {
        self.file.get(&self.checkpoints)
    }

    fn decompress(&self, block: usize, decompressor: &mut Decompressor<'_>) -> Result<Vec<u8>> {
        let damaged = |reason: String| {
            Error::corrupt(format!("block {block} of the text in `{}` {reason}", self.file.path().display()))
        };
        let ends = self.file.get(&self.block_ends);
        let start = block.checked_sub(1).map_or(0, |before| offset(ends[before]));
        let end = ends.get(block).copied().map(offset);
        let compressed = end.and_then(|end| self.file.get(&self.blocks).get(start..end));
        let compressed = compressed.ok_or_else(|| damaged("lies outside the file".to_owned()))?;
        let expected = BLOCK_BYTES.min(offset(self.bytes) - block * BLOCK_BYTES);
        let text = decompressor
            .decompress(compressed, BLOCK_BYTES)
            .map_err(|error| damaged(format!("does not decompress: {error}")))?;
        if text.len() != expected {
            return Err(damaged(format!("has {} bytes, expected {expected}", text.len())));
        }
        Ok(text)
    }
}

/// Reads a shard's text, keeping the blocks it read last. One a thread.
pub(crate) struct TextReader<'a> {
    store: &'a TextStore,
    /// Made for the first block, and used for all.
    decompressor: Option<Decompressor<'static>>,
    /// Most recently used last.
    kept: Vec<(usize, Vec<u8>)>,
    most_kept: usize,
}

impl fmt::Debug for TextReader<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TextReader").field("store", self.store).finish_non_exhaustive()
    }
}

impl<'a> TextReader<'a> {
    /// A reader that mostly goes from left to right.
    pub(crate) fn new(store: &'a TextStore) -> Self {
        Self::keeping(store, FEW_BLOCKS)
    }

    /// A reader that keeps up to so many decompressed blocks, of 64 KiB each.
    pub(crate) fn keeping(store: &'a TextStore, most_kept: usize) -> Self {
        Self { store, decompressor: None, kept: Vec::new(), most_kept }
    }

    /// Where every 128th unit starts, in bytes; none if the units are bytes.
    pub(crate) fn checkpoints(&self) -> &'a [u64] {
        self.store.checkpoints()
    }

    /// The text of `range`, which starts and ends between characters.
    pub(crate) fn read(&mut self, range: Range<u64>) -> Result<String> {
        let bytes = self.read_bytes(range)?;
        String::from_utf8(bytes).map_err(|_| Error::corrupt("a span of the stored text is not UTF-8"))
    }

    /// The text of `range`, less what it cuts of a character at either end.
    pub(crate) fn read_inside(&mut self, range: Range<u64>) -> Result<String> {
        let bytes = self.read_bytes(range)?;
        let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
        let start = bytes.iter().take_while(|byte| is_continuation(byte)).count();
        let valid = match std::str::from_utf8(&bytes[start..]) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        Ok(String::from_utf8_lossy(&bytes[start..start + valid]).into_owned())
    }

    fn read_bytes(&mut self, range: Range<u64>) -> Result<Vec<u8>> {
        if range.start > range.end || range.end > self.store.bytes {
            let message = format!("the text from byte {} to {} is not in the shard", range.start, range.end);
            return Err(Error::corrupt(message));
        }
        let (start, end) = (offset(range.start), offset(range.end));
        let mut text = Vec::with_capacity(end - start);
        for block in start / BLOCK_BYTES..end.div_ceil(BLOCK_BYTES) {
            let first = block * BLOCK_BYTES;
            let bytes = self.block(block)?;
            text.extend_from_slice(&bytes[start.saturating_sub(first)..bytes.len().min(end - first)]);
        }
        Ok(text)
    }

    /// How many characters of the shard's text start before `byte`.
    pub(crate) fn characters_before(&mut self, byte: u64) -> Result<u64> {
        let (block, within) = (offset(byte) / BLOCK_BYTES, offset(byte) % BLOCK_BYTES);
        let starts = self.store.file.get(&self.store.block_characters);
        if within == 0 && block > 0 {
            let last = self.block(block - 1)?;
            return Ok(starts[block - 1].saturating_add(count_characters(last)));
        }
        if within == 0 {
            return Ok(0);
        }
        let bytes = self.block(block)?;
        Ok(starts[block].saturating_add(count_characters(bytes.get(..within).unwrap_or(bytes))))
    }

    fn decompressed(&mut self, block: usize) -> Result<Vec<u8>> {
        if self.decompressor.is_none() {
            let failed = |error| Error::new(ErrorKind::Io, format!("decompression cannot start: {error}"));
            self.decompressor = Some(Decompressor::new().map_err(failed)?);
        }
        let decompressor = self.decompressor.as_mut().expect("it was just made");
        self.store.decompress(block, decompressor)
    }

    fn block(&mut self, block: usize) -> Result<&[u8]> {
        let bytes = match self.kept.iter().position(|(number, _)| *number == block) {
            Some(place) => self.kept.remove(place).1,
            None => self.decompressed(block)?,
        };
        if self.kept.len() >= self.most_kept {
            self.kept.remove(0);
        }
        self.kept.push((block, bytes));
        Ok(self.kept.last().map_or(&[], |(_, bytes)| bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_in_texts_of_any_length() {
        for length in [0, 1, 254, 255, 256, 511, 10_000] {
            for character in ["a", "é", "漢", "😀"] {
                assert_eq!(count_characters(character.repeat(length).as_bytes()), wide(length));
            }
        }
    }
}
