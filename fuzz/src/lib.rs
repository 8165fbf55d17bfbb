/*!
What the fuzz targets share: small corpora and their indexes, everything that can be asked of one, and the files of
one taken apart so that they can be changed.
*/

pub mod files;
pub mod questions;
pub mod texts;

/// Let parallel work run on the caller's thread alone, so that an input takes the same path each time.
///
/// # Errors
///
/// Other work has started threads before.
pub fn use_one_thread() -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()
}
