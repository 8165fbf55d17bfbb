/*!
The documents of a shard: their ids and metadata, and where each starts in units, bytes and
characters.
*/

use super::format::{Section, SectionFile, SectionWriter};
use crate::error::Result;
use crate::num::{offset, position, wide};
use crate::units::Text;

/// A document of the corpus, as it is added to an index.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What the corpus calls it.
    pub id: &'a str,
    /// Its text.
    pub text: Text<'a>,
    /// What else is known of it, as a JSON object.
    pub metadata: &'a str,
}

/// What an index knows of one of its documents.
#[derive(Clone, Copy, Debug)]
pub struct DocumentInfo<'a> {
    /// What the corpus calls it.
    pub id: &'a str,
    /// The corpus it belongs to, if that has a name.
    pub corpus: Option<&'a str>,
    /// What else is known of it, as a JSON object.
    pub metadata: &'a str,
    /// Units in its text.
    pub unit_count: u64,
    /// Characters in its text.
    pub character_count: u64,
    /// Bytes in its text.
    pub byte_count: u64,
}

/// Collects the documents of a shard.
#[derive(Debug, Default)]
pub(super) struct DocumentsBuilder {
    unit_starts: Vec<u32>,
    byte_starts: Vec<u64>,
    character_starts: Vec<u64>,
    id_ends: Vec<u64>,
    ids: Vec<u8>,
    metadata_ends: Vec<u64>,
    metadata: Vec<u8>,
    bytes: u64,
    characters: u64,
}

impl DocumentsBuilder {
    /// Add a document whose units start at `unit_start` and whose text has `characters`.
    pub(super) fn push(&mut self, document: &Document<'_>, unit_start: usize, characters: u64) {
        self.unit_starts.push(position(unit_start));
        self.byte_starts.push(self.bytes);
        self.character_starts.push(self.characters);
        self.ids.extend_from_slice(document.id.as_bytes());
        self.id_ends.push(wide(self.ids.len()));
        self.metadata.extend_from_slice(document.metadata.as_bytes());
        self.metadata_ends.push(wide(self.metadata.len()));
        self.bytes += wide(document.text.characters.len());
        self.characters += characters;
    }

    pub(super) fn len(&self) -> usize {
        self.unit_starts.len()
    }

    /// Bytes of text so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.ids.len() + self.metadata.len() + self.len() * (size_of::<u32>() + 4 * size_of::<u64>())
    }

    /// Write the table; the last document's units end before `position_count`.
    pub(super) fn write(mut self, position_count: usize, mut writer: SectionWriter) -> Result<()> {
        self.unit_starts.push(position(position_count));
        self.byte_starts.push(self.bytes);
        self.character_starts.push(self.characters);
        writer.section("unit_starts", &self.unit_starts)?;
        writer.section("byte_starts", &self.byte_starts)?;
        writer.section("character_starts", &self.character_starts)?;
        writer.section("id_ends", &self.id_ends)?;
        writer.section("ids", &self.ids)?;
        writer.section("metadata_ends", &self.metadata_ends)?;
        writer.section("metadata", &self.metadata)?;
        writer.finish()
    }
}

/// The documents of a finished shard.
#[derive(Debug)]
pub(crate) struct Documents {
    file: SectionFile,
    unit_starts: Section<u32>,
    byte_starts: Section<u64>,
    character_starts: Section<u64>,
    id_ends: Section<u64>,
    ids: Section<u8>,
    metadata_ends: Section<u64>,
    metadata: Section<u8>,
}

impl Documents {
    /// The table in `file`, which has `count` documents.
    pub(super) fn new(file: SectionFile, count: usize) -> Result<Self> {
        Ok(Self {
            unit_starts: file.section("unit_starts", Some(count + 1))?,
            byte_starts: file.section("byte_starts", Some(count + 1))?,
            character_starts: file.section("character_starts", Some(count + 1))?,
            id_ends: file.section("id_ends", Some(count))?,
            ids: file.section("ids", None)?,
            metadata_ends: file.section("metadata_ends", Some(count))?,
            metadata: file.section("metadata", None)?,
            file,
        })
    }

    /// The document that holds the unit at `position` of the shard's text.
    pub(crate) fn at_position(&self, position: u32) -> usize {
        let starts = self.unit_starts();
        starts
            .partition_point(|&start| start <= position)
            .saturating_sub(1)
            .min(starts.len().saturating_sub(2))
    }

    /// Where each document's units start, and then where the last one's end.
    pub(crate) fn unit_starts(&self) -> &[u32] {
        self.file.get(&self.unit_starts)
    }

    /// Where each document's bytes start, and then where the last one's end.
    pub(crate) fn byte_starts(&self) -> &[u64] {
        self.file.get(&self.byte_starts)
    }

    /// Where each document's characters start, and then where the last one's end.
    pub(crate) fn character_starts(&self) -> &[u64] {
        self.file.get(&self.character_starts)
    }

    /// The id of a document.
    pub(crate) fn id(&self, document: usize) -> &str {
        text_at(self.file.get(&self.id_ends), self.file.get(&self.ids), document)
    }

    /// The metadata of a document, as JSON.
    pub(crate) fn metadata(&self, document: usize) -> &str {
        text_at(self.file.get(&self.metadata_ends), self.file.get(&self.metadata), document)
    }

    /// What is known of a document.
    pub(crate) fn info(&self, document: usize) -> DocumentInfo<'_> {
        let length = |starts: &[u64]| starts[document + 1].saturating_sub(starts[document]);
        let [start, end] = [self.unit_starts()[document], self.unit_starts()[document + 1]];
        DocumentInfo {
            id: self.id(document),
            corpus: None,
            metadata: self.metadata(document),
            // Less the separator that follows each document.
            unit_count: u64::from(end.saturating_sub(start).saturating_sub(1)),
            character_count: length(self.character_starts()),
            byte_count: length(self.byte_starts()),
        }
    }

    /// How many documents there are.
    pub(crate) fn len(&self) -> usize {
        self.unit_starts().len() - 1
    }
}

/// The text at `place` of a table of texts; empty where the table is damaged.
fn text_at<'a>(ends: &[u64], bytes: &'a [u8], place: usize) -> &'a str {
    let start = place.checked_sub(1).map_or(0, |before| offset(ends[before]));
    let text = bytes.get(start..offset(ends[place])).unwrap_or_default();
    std::str::from_utf8(text).unwrap_or_default()
}
