//! What does the checksum of a batch become when a few of its bytes change?
//!
//! CRC-32C is linear: the checksums of two texts of the same length differ by the checksum of their difference, but for
//! the constants at its beginning and end. The difference is zero up to the bytes that change, and zeros behind them
//! multiply by a power of x. So no record has to be read, and a batch whose checksum was wrong still has a wrong one.

/// The polynomial of CRC-32C, the highest power in the lowest bit.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// The polynomial 1.
const ONE: u32 = 1 << 31;

/// What one byte behind the difference multiplies by, then two, four, and so on: x to the power of 8, 16, 32...
#[expect(clippy::indexing_slicing, reason = "would fail when this is compiled")]
const ZEROS: [u32; 32] = {
    let mut zeros = [1 << 23; 32];
    let mut power = 1;
    while power < zeros.len() {
        zeros[power] = product(zeros[power - 1], zeros[power - 1]);
        power += 1;
    }
    zeros
};

/// The checksum of a text after the bytes with `difference` (old XOR new) have changed, `behind` bytes before its end.
pub(super) fn changed(checksum: u32, difference: &[u8], behind: usize) -> u32 {
    let of_difference = difference.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| times_x(sum))
    });
    let powers = (0..).zip(ZEROS);
    let powers = powers.filter(|(bit, _)| behind >> bit & 1 == 1);
    checksum ^ powers.fold(of_difference, |sum, (_, zeros)| product(sum, zeros))
}

const fn times_x(polynomial: u32) -> u32 {
    let shifted = polynomial >> 1;
    if polynomial & 1 == 0 {
        shifted
    } else {
        shifted ^ POLYNOMIAL
    }
}

const fn product(mut a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    while a != 0 {
        if a & ONE != 0 {
            product ^= b;
        }
        a <<= 1;
        b = times_x(b);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn crc32c(text: &[u8]) -> u32 {
        !text.iter().fold(!0, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| times_x(sum))
        })
    }

    #[test]
    fn the_check_value_of_crc_32c_is_met() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    proptest! {
        #[test]
        fn a_checksum_changes_as_if_it_were_computed_anew(
            text in proptest::collection::vec(any::<u8>(), 20..2_000),
            change in any::<[u8; 14]>(),
            place in any::<prop::sample::Index>(),
        ) {
            let start = place.index(text.len() - change.len());
            let mut new = text.clone();
            new[start..start + change.len()].copy_from_slice(&change);
            let difference: Vec<u8> = text[start..]
                .iter()
                .zip(&change)
                .map(|(old, new)| old ^ new)
                .collect();
            let behind = text.len() - start - change.len();
            prop_assert_eq!(changed(crc32c(&text), &difference, behind), crc32c(&new));
        }
    }
}
