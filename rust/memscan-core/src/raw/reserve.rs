/*!
Memory put aside, so that running out of it is an error and not the end of the process.

# Idea

When the system refuses memory, Rust ends the process. This allocator then gives back a reserve that it took at the
start, asks once more, and remembers that memory is short; long work looks at that as often as it looks at
interrupts, and stops with an error. What the system refuses even then still ends the process, so whoever wants more
at once than the reserve has asks for it ahead ([`ensure_room`](crate::memory::ensure_room)).

# Invariants

`RESERVE` is null, or a block of [`layout`] that nobody else has. Whoever swaps it out owns it.
*/

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// How much is put aside. Nothing is written there, so it takes room in the address space and nowhere else.
const RESERVE_BYTES: usize = 64 << 20;

static RESERVE: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
static IS_SHORT: AtomicBool = AtomicBool::new(false);

/// The system's allocator, with a reserve for when the system refuses.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReservingAllocator;

// SAFETY: every block is from `System`, with the layout that was asked for, and goes back to it with the same.
unsafe impl GlobalAlloc for ReservingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of this function, which is the same.
        insist(|| unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        insist(|| unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as above; a block is left as it is where null is returned, so asking twice is sound.
        insist(|| unsafe { System.realloc(block, layout, bytes) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Ask for memory, and once more with the reserve given back.
#[inline]
fn insist(ask: impl Fn() -> *mut u8) -> *mut u8 {
    let block = ask();
    if block.is_null() && give_back() { ask() } else { block }
}

/// Give the reserve back to the system; false if there is none.
#[cold]
fn give_back() -> bool {
    IS_SHORT.store(true, Ordering::Relaxed);
    let reserve = RESERVE.swap(ptr::null_mut(), Ordering::AcqRel);
    if reserve.is_null() {
        return false;
    }
    // SAFETY: it is a block of this layout, and having swapped it out we own it.
    unsafe { System.dealloc(reserve, layout()) };
    true
}

/// Whether the system refused memory since the reserve was taken.
pub(crate) fn is_short() -> bool {
    IS_SHORT.load(Ordering::Relaxed)
}

/// Have a reserve, and nothing short; false if the system refuses it.
pub(crate) fn take() -> bool {
    if RESERVE.load(Ordering::Acquire).is_null() {
        // SAFETY: the layout has a size.
        let block = unsafe { System.alloc(layout()) };
        if block.is_null() {
            return false;
        }
        let other = RESERVE.swap(block, Ordering::AcqRel);
        if !other.is_null() {
            // SAFETY: another thread was quicker; it is a block of this layout, and having swapped it out we own it.
            unsafe { System.dealloc(other, layout()) };
        }
    }
    IS_SHORT.store(false, Ordering::Relaxed);
    true
}

fn layout() -> Layout {
    Layout::array::<u8>(RESERVE_BYTES).expect("the reserve is far smaller than the address space")
}
