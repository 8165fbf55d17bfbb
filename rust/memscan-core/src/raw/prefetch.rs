/*!
Asking memory for what will be read soon.
*/

/// Ask for the cache line of `slice[place]`; nothing happens if there is no such place, or no such
/// instruction.
#[inline]
pub(crate) fn prefetch<T>(slice: &[T], place: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = slice.as_ptr().wrapping_add(place).cast();
        // SAFETY: a prefetch reads nothing that the program can see, and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, place);
}
