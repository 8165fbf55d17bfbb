/*!
Where tokens stand in the text of a shard. No rule of ours cuts tokens, so their places are stored.

# Idea

Starts and ends never decrease. Of every unit the step from the start before it and its own length are
written as variable-length integers, one or two bytes each; separators have the end of their document and
no length. At every 128th unit, whose start is stored with the text, decoding can begin.
*/

use std::ops::Range;

use super::format::{Section, SectionFile, SectionWriter};
use super::text::CHECKPOINT_UNITS;
use crate::error::Result;
use crate::num::{low_byte, offset, wide};

/// Collects the places of a shard's units, separators included.
#[derive(Debug, Default)]
pub(super) struct PlacesBuilder {
    steps: Vec<u8>,
    step_starts: Vec<u64>,
    count: usize,
    before: u64,
}

impl PlacesBuilder {
    /// Add the next unit, which stands at `bytes` of the shard's text.
    pub(super) fn push(&mut self, bytes: Range<u64>) {
        if self.count.is_multiple_of(CHECKPOINT_UNITS) {
            self.step_starts.push(wide(self.steps.len()));
            self.before = bytes.start;
        }
        self.count += 1;
        write_number(&mut self.steps, bytes.start - self.before);
        write_number(&mut self.steps, bytes.end - bytes.start);
        self.before = bytes.start;
    }

    pub(super) fn write(&self, mut writer: SectionWriter) -> Result<()> {
        writer.section("steps", &self.steps)?;
        writer.section("step_starts", &self.step_starts)?;
        writer.finish()
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.steps.len() + 8 * self.step_starts.len()
    }
}

/// The places of the tokens of a finished shard.
#[derive(Debug)]
pub(crate) struct Places {
    file: SectionFile,
    steps: Section<u8>,
    step_starts: Section<u64>,
}

impl Places {
    /// The places in `file`, of `position_count` units and separators.
    pub(super) fn new(file: SectionFile, position_count: usize) -> Result<Self> {
        Ok(Self {
            steps: file.section("steps", None)?,
            step_starts: file.section("step_starts", Some(position_count.div_ceil(CHECKPOINT_UNITS)))?,
            file,
        })
    }

    /// The bytes of the shard's text that `units`, which are not empty, span. None if the file is damaged.
    ///
    /// `checkpoints` are the starts of every 128th unit.
    pub(crate) fn bytes(&self, units: &Range<usize>, checkpoints: &[u64]) -> Option<Range<u64>> {
        let mut places = self.starting_at(units.start / CHECKPOINT_UNITS, checkpoints)?;
        let first = places.nth(units.start % CHECKPOINT_UNITS)?;
        let last = match units.len() {
            1 => first.clone(),
            length => places.nth(length - 2)?,
        };
        (first.start <= last.end).then_some(first.start..last.end)
    }

    /// The places of all units from a checkpoint on, up to a checkpoint that does not fit those before it.
    pub(super) fn starting_at<'a>(
        &'a self,
        checkpoint: usize,
        checkpoints: &'a [u64],
    ) -> Option<impl Iterator<Item = Range<u64>> + 'a> {
        let mut start = *checkpoints.get(checkpoint)?;
        let (all, step_starts) = (self.file.get(&self.steps), self.file.get(&self.step_starts));
        let mut steps = all.get(offset(*step_starts.get(checkpoint)?)..)?;
        let mut unit = checkpoint * CHECKPOINT_UNITS;
        Some(std::iter::from_fn(move || {
            let is_checkpoint = unit.is_multiple_of(CHECKPOINT_UNITS);
            if is_checkpoint && *step_starts.get(unit / CHECKPOINT_UNITS)? != wide(all.len() - steps.len()) {
                return None;
            }
            let step = read_number(&mut steps)?;
            // The start of a checkpoint's unit does not depend on the one before it.
            start = if is_checkpoint {
                *checkpoints.get(unit / CHECKPOINT_UNITS)?
            } else {
                start.checked_add(step)?
            };
            unit += 1;
            Some(start..start.checked_add(read_number(&mut steps)?)?)
        }))
    }
}

/// Append `number` in groups of seven bits, lowest first; all but the last have the high bit set.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_byte(number));
}

/// Take a number from the front; none if it does not end or has more than 64 bits.
fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for turn in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * turn)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_up_to_a_checkpoint_that_does_not_fit() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("places.bin");
        for (damage, expected) in [(0, 300), (2, CHECKPOINT_UNITS)] {
            let mut builder = PlacesBuilder::default();
            (0..300).for_each(|place| builder.push(place..place + 1));
            builder.step_starts[1] += damage;
            builder.write(SectionWriter::create(path.clone()).expect("creates")).expect("writes");
            let length = path.metadata().expect("exists").len();
            let file = SectionFile::open(&path, length, false).expect("opens");
            let places = Places::new(file, 300).expect("has the sections");
            let checkpoints: Vec<u64> = (0..300).step_by(CHECKPOINT_UNITS).collect();
            let found = places.starting_at(0, &checkpoints).expect("starts");
            assert_eq!(found.count(), expected);
            std::fs::remove_file(&path).expect("removes");
        }
    }

    #[test]
    fn numbers_are_read_as_written() {
        for number in [0, 1, 127, 128, 300, 1 << 14, (1 << 35) + 5, u64::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            assert_eq!(read_number(&mut &bytes[..]), Some(number));
            assert_eq!(read_number(&mut &bytes[..bytes.len() - 1]), None, "cut");
        }
        assert_eq!(read_number(&mut &[0xff; 11][..]), None);
    }
}
