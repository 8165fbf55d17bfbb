/*!
Scanning generations: for each, its maximal matches with their evidence.

Texts are scanned in parallel, in the caller's thread pool, and answers come in the order of the texts.
*/

use rayon::prelude::*;

use super::results::{Generation, GenerationMatches, ScanOptions};
use super::scanner::Scanner;
use crate::error::Result;
use crate::index::Index;
use crate::progress::Interrupt;

impl Index {
    /// Scan `generations`; the answers are in their order.
    pub fn scan(
        &self,
        generations: &[Generation<'_>],
        options: &ScanOptions,
        interrupt: &Interrupt,
    ) -> Result<Vec<GenerationMatches>> {
        options.check()?;
        let scan_one = |scanner: &mut Scanner<'_>, generation: &Generation<'_>| {
            interrupt.check()?;
            scanner.scan(generation, options, interrupt)
        };
        generations.par_iter().map_init(|| Scanner::new(self), scan_one).collect()
    }
}
