/*!
The only `unsafe` code of the library: files in memory, vector instructions and prefetches.
*/

#![expect(unsafe_code, reason = "the operating system and the processor offer no safe interface")]

pub(crate) mod file;
pub(crate) mod prefetch;
pub(crate) mod vector;
