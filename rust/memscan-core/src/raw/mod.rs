/*!
The only `unsafe` code of the library: files in memory, vector instructions, prefetches and
the reserve of memory.
*/

#![expect(unsafe_code, reason = "the operating system and the processor offer no safe interface")]

pub(crate) mod file;
pub(crate) mod prefetch;
pub(crate) mod reserve;
pub(crate) mod vector;
