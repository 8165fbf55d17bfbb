/*!
Scanning generations: for each, its maximal matches with their evidence.

Texts are scanned in parallel, in the caller's thread pool, and answers come in the order of the texts.
*/

use rayon::prelude::*;

use super::echo::Prompt;
use super::results::{Common, Generation, GenerationMatches, ScanOptions};
use super::scanner::{Scanner, Sources};
use crate::error::{Error, ErrorKind, Result};
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
        self.scan_apart_from(Common::default(), generations, options, interrupt)
    }

    /// Scan `generations`, and say of each match how much of it is in `common`.
    pub fn scan_apart_from(
        &self,
        common: Common<'_>,
        generations: &[Generation<'_>],
        options: &ScanOptions,
        interrupt: &Interrupt,
    ) -> Result<Vec<GenerationMatches>> {
        options.check()?;
        let Common { template, baseline } = common;
        baseline.map_or(Ok(()), |baseline| self.check_baseline(baseline))?;
        let template = template.map(|template| Prompt::new(template, &mut self.segmenter())).transpose()?;
        let sources = Sources { template: template.as_ref(), baseline };
        let scan_one = |scanner: &mut Scanner<'_>, generation: &Generation<'_>| {
            interrupt.check()?;
            scanner.scan(generation, options, interrupt)
        };
        generations.par_iter().map_init(|| Scanner::with_sources(self, sources), scan_one).collect()
    }

    /// A baseline must be cut as the corpus is.
    fn check_baseline(&self, baseline: &Self) -> Result<()> {
        let [own, other] = [self, baseline].map(|index| {
            let tokenizer = index.manifest().unit.tokenizer.as_ref().map(|one| &one.file.hash);
            (index.unit(), tokenizer)
        });
        if own == other {
            return Ok(());
        }
        let message = format!(
            "the baseline `{}` has other units ({}) than `{}` ({})",
            baseline.path().display(),
            baseline.unit().plural(),
            self.path().display(),
            self.unit().plural(),
        );
        let hint = "build it with the same --unit, and the same tokenizer";
        Err(Error::new(ErrorKind::Incompatible, message).with_hint(hint))
    }
}
