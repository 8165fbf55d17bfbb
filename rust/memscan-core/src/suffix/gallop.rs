/*!
Finding how far something holds when it is likely not far: by doubling steps, then halving them (Bentley
and Yao 1976).
*/

/// The most steps, from 0 to `most`, for which `holds`, which holds up to some step and for none after it.
///
/// Asks `O(log n)` times for an answer of `n`.
pub(crate) fn most_steps(most: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut yes, mut leap) = (0, 1);
    while leap <= most - yes && holds(yes + leap) {
        yes += leap;
        leap *= 2;
    }
    let mut no = most.min(yes + leap - 1) + 1;
    while no - yes > 1 {
        let middle = yes.midpoint(no);
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_up_to_the_last_that_holds() {
        for most in 0..20 {
            for last in 0..=most {
                assert_eq!(most_steps(most, |step| step <= last), last, "of {most}");
            }
        }
    }
}
