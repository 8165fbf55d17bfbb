/*!
The two widths of symbols: one byte for texts of bytes, four for all others.
*/

use std::fmt::Debug;

use bytemuck::Pod;
use libsais::SuffixArrayConstruction;

/// A symbol of a text. Zero stands after every document, and nowhere else; the highest value stands
/// only in queries, for units that the text does not have.
pub(crate) trait Symbol: Pod + Ord + Debug + Send + Sync {
    /// Stands after every document.
    const SEPARATOR: Self;
    /// Stands in a query for a unit that the text does not have.
    const ABSENT: Self;

    /// The symbol as a number.
    fn number(self) -> u32;

    /// The symbol of that number, which fits.
    #[cfg(test)]
    fn new(number: u32) -> Self;

    /// The sorted suffixes of `text`, by libsais. The text may be changed meanwhile.
    fn sort(text: &mut [Self]) -> Result<Vec<i32>, libsais::LibsaisError>;
}

impl Symbol for u8 {
    const SEPARATOR: Self = 0;
    const ABSENT: Self = Self::MAX;

    #[inline]
    fn number(self) -> u32 {
        u32::from(self)
    }

    #[cfg(test)]
    fn new(number: u32) -> Self {
        crate::num::byte(number)
    }

    fn sort(text: &mut [Self]) -> Result<Vec<i32>, libsais::LibsaisError> {
        let sorted = SuffixArrayConstruction::for_text(text).in_owned_buffer32().single_threaded().run()?;
        Ok(sorted.into_vec())
    }
}

impl Symbol for u32 {
    const SEPARATOR: Self = 0;
    const ABSENT: Self = Self::MAX;

    #[inline]
    fn number(self) -> u32 {
        self
    }

    #[cfg(test)]
    fn new(number: u32) -> Self {
        number
    }

    fn sort(text: &mut [Self]) -> Result<Vec<i32>, libsais::LibsaisError> {
        let signed: &mut [i32] = bytemuck::cast_slice_mut(text);
        let sorted =
            SuffixArrayConstruction::for_text_mut(signed).in_owned_buffer32().single_threaded().run()?;
        Ok(sorted.into_vec())
    }
}
