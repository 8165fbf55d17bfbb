/*!
A value for every code point, worked out a page at a time when first asked for.

Two threads may work out one page at once, and the first to be done is believed. Neither waits for the other: in
a child that was forked meanwhile there is no other.
*/

use once_cell::race::OnceBox;

use crate::num::index;

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;

/// Values of `work_out`, kept.
#[derive(Debug)]
pub(super) struct Table<T: 'static> {
    pages: [OnceBox<[T; PAGE]>; PAGES],
    work_out: fn(char) -> T,
}

impl<T: Copy> Table<T> {
    #[expect(clippy::large_stack_arrays, reason = "tables are statics, made when the library is compiled")]
    pub(super) const fn new(work_out: fn(char) -> T) -> Self {
        Self { pages: [const { OnceBox::new() }; PAGES], work_out }
    }

    #[inline]
    pub(super) fn get(&self, character: char) -> T {
        let code_point = index(u32::from(character));
        let page = self.pages[code_point / PAGE].get_or_init(|| Box::new(self.page(code_point / PAGE)));
        page[code_point % PAGE]
    }

    fn page(&self, number: usize) -> [T; PAGE] {
        let first = u32::try_from(number * PAGE).expect("code points have 21 bits");
        std::array::from_fn(|place| {
            let code_point = first + u32::try_from(place).expect("a page has 256 places");
            // No text holds a surrogate: what stands in its place is never asked for.
            (self.work_out)(char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER))
        })
    }
}
