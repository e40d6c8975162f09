//! Do checked reads return what is there, and refuse what is not?

use crate::wire::{Encoding, Problem, Reader};

fn fixed(bytes: &[u8]) -> Reader<'_> {
    Reader::new(bytes, Encoding::Fixed)
}

fn compact(bytes: &[u8]) -> Reader<'_> {
    Reader::new(bytes, Encoding::Compact)
}

#[test]
fn numbers_are_big_endian() {
    let mut reader = fixed(&[
        0xff, 0xff, 0xfe, 0xff, 0xfe, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 1, 0, 1,
    ]);
    assert_eq!(reader.i8("a"), Ok(-1));
    assert_eq!(reader.i16("b"), Ok(-2));
    assert_eq!(reader.u16("c"), Ok(65_534));
    assert_eq!(reader.i32("d"), Ok(0x0102_0304));
    assert_eq!(reader.i64("e"), Ok(256));
    assert_eq!(reader.bool("f"), Ok(true));
    assert_eq!((reader.position(), reader.left()), (18, 0));
    assert_eq!(fixed(&1.5f64.to_be_bytes()).f64("g"), Ok(1.5));
    assert_eq!(fixed(&[7; 16]).uuid("h"), Ok([7; 16]));
}

#[test]
fn a_number_cut_off_is_refused_where_it_starts() {
    let mut reader = fixed(&[0, 1, 2]);
    reader.i8("first").unwrap();
    let error = reader.i32("second").unwrap_err();
    assert_eq!(
        error.to_string(),
        "second at byte 1: needs 4 bytes, 2 are left"
    );
}

#[test]
fn variable_length_integers_have_up_to_32_bits() {
    for (bytes, value) in [
        (&[0][..], 0),
        (&[0x7f], 127),
        (&[0x80, 0x01], 128),
        (&[0xff, 0xff, 0xff, 0xff, 0x0f], u32::MAX),
        // Longer than it needs to be; Java reads it, too.
        (&[0x81, 0x80, 0x00], 1),
    ] {
        let mut reader = compact(bytes);
        assert_eq!(reader.uvarint("x"), Ok(value));
        assert_eq!(reader.left(), 0);
    }
    for bytes in [[0xff, 0xff, 0xff, 0xff, 0x10], [0x80; 5]] {
        let error = compact(&bytes).uvarint("x").unwrap_err();
        assert_eq!((error.offset, error.problem), (0, Problem::Varint));
    }
}

#[test]
fn strings_and_bytes_come_in_both_encodings() {
    let mut reader = fixed(b"\0\x02ab\xff\xff\0\0\0\x01c\xff\xff\xff\xff");
    assert_eq!(reader.string("a"), Ok(&b"ab"[..]));
    assert_eq!(reader.nullable_string("b"), Ok(None));
    assert_eq!(reader.bytes("c"), Ok(&b"c"[..]));
    assert_eq!(reader.nullable_bytes("d"), Ok(None));
    assert_eq!(reader.left(), 0);

    let mut reader = compact(b"\x03ab\0\x02c\0\x01");
    assert_eq!(reader.string("a"), Ok(&b"ab"[..]));
    assert_eq!(reader.nullable_string("b"), Ok(None));
    assert_eq!(reader.bytes("c"), Ok(&b"c"[..]));
    assert_eq!(reader.nullable_bytes("d"), Ok(None));
    assert_eq!(reader.nullable_bytes("e"), Ok(Some(&b""[..])));
    assert_eq!(reader.left(), 0);
}

#[test]
fn null_is_refused_where_it_may_not_stand() {
    for problem in [
        fixed(&[0xff; 2]).string("x").unwrap_err().problem,
        fixed(&[0xff; 4]).bytes("x").unwrap_err().problem,
        fixed(&[0xff; 4]).count("x", 1).unwrap_err().problem,
        compact(&[0]).string("x").unwrap_err().problem,
        compact(&[0]).bytes("x").unwrap_err().problem,
        compact(&[0]).count("x", 1).unwrap_err().problem,
    ] {
        assert_eq!(problem, Problem::Null);
    }
}

#[test]
fn a_length_below_null_is_refused() {
    let error = fixed(&[0xff, 0xfe]).nullable_string("x").unwrap_err();
    assert_eq!(error.problem, Problem::Negative(-2));
    let error = fixed(&[0x80, 0, 0, 0]).nullable_bytes("x").unwrap_err();
    assert_eq!(error.problem, Problem::Negative(i32::MIN));
}

#[test]
fn a_length_past_the_end_is_refused() {
    let error = fixed(b"\x7f\xff\xff\xfftwelve bytes")
        .bytes("Topics")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Topics at byte 4: length 2147483647 exceeds the 12 bytes left"
    );
    let error = compact(&[0xff, 0xff, 0xff, 0xff, 0x0f])
        .bytes("x")
        .unwrap_err();
    let length = 0xffff_fffe;
    assert_eq!(error.problem, Problem::Length { length, left: 0 });
}

#[test]
fn a_count_must_fit_in_what_is_left() {
    assert_eq!(fixed(&[0, 0, 0, 2, 1, 2]).count("x", 1), Ok(2));
    let error = fixed(&[0, 0, 0, 2, 1, 2]).count("x", 2).unwrap_err();
    assert_eq!(error.problem, Problem::Count { count: 2, left: 2 });
    // Not even elements that could be empty may be more than there are bytes.
    let error = fixed(&[0x7f, 0xff, 0xff, 0xff, 1])
        .count("x", 0)
        .unwrap_err();
    let count = 0x7fff_ffff;
    assert_eq!(error.problem, Problem::Count { count, left: 1 });
    let error = compact(&[3, 1, 2])
        .nullable_count("x", usize::MAX)
        .unwrap_err();
    assert_eq!(error.problem, Problem::Count { count: 2, left: 2 });
}

#[test]
fn presence_is_one_or_minus_one() {
    assert_eq!(fixed(&[1]).presence("x"), Ok(true));
    assert_eq!(fixed(&[0xff]).presence("x"), Ok(false));
    // Java takes 0 for present, kafka-protocol for null: they would disagree on all that follows.
    let error = fixed(&[0]).presence("x").unwrap_err();
    assert_eq!(error.problem, Problem::Presence(0));
}

#[test]
fn tagged_fields_are_visited_with_their_content() {
    let mut reader = compact(&[2, 0, 1, 0xaa, 5, 2, 0xbb, 0xcc, 9]);
    let mut seen = Vec::new();
    reader
        .tags(|tag, mut content| {
            seen.push((tag, content.position(), content.take(content.left(), "x")?));
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [(0, 3, &[0xaa][..]), (5, 6, &[0xbb, 0xcc])]);
    assert_eq!((reader.position(), reader.left()), (8, 1));
}

#[test]
fn the_fixed_encoding_has_no_tagged_fields() {
    let mut reader = fixed(&[1, 2]);
    reader.skip_tags().unwrap();
    assert_eq!(reader.position(), 0);
}

#[test]
fn tags_ascend() {
    for tags in [[2, 1, 0, 1, 0], [2, 1, 0, 0, 0]] {
        let error = compact(&tags).skip_tags().unwrap_err();
        assert_eq!((error.offset, error.problem), (3, Problem::TagOrder));
    }
}

#[test]
fn more_tags_than_bytes_are_refused() {
    let error = compact(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0]).skip_tags();
    assert_eq!(
        error.unwrap_err().problem,
        Problem::Short { needed: 1, left: 0 }
    );
}
