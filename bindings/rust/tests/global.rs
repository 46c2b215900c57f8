//! A whole program on strata: everything here is allocated by the global allocator.

use std::collections::HashMap;
use std::thread;

#[global_allocator]
static GLOBAL: strata::Strata = strata::Strata;

#[repr(align(256))]
#[derive(Clone, Copy)]
struct Wide(u8);

#[test]
fn what_is_allocated_is_live_in_the_process_heap() {
    let large = vec![1u8; 64 << 20];
    assert!(strata::Heap::process().statistics().live >= large.len());
    assert!(large.iter().all(|byte| *byte == 1));
}

#[test]
fn growth_keeps_contents() {
    let mut numbers = Vec::new();
    let mut names = HashMap::new();
    for number in 0..100_000u64 {
        numbers.push(number);
        names.insert(number, number.to_string());
    }
    assert!(numbers
        .iter()
        .enumerate()
        .all(|(index, number)| index as u64 == *number));
    assert!(names
        .iter()
        .all(|(number, name)| name.parse() == Ok(*number)));
}

#[test]
fn alignment_survives_growth() {
    let mut wide = Vec::new();
    for round in 0..200u8 {
        wide.push(Wide(round));
        assert_eq!(wide.as_ptr() as usize % 256, 0);
    }
    assert!(wide
        .iter()
        .enumerate()
        .all(|(index, each)| each.0 as usize == index));
    wide.truncate(1);
    wide.shrink_to_fit();
    assert_eq!((wide.as_ptr() as usize % 256, wide[0].0), (0, 0));
}

#[test]
fn zeros_are_zero() {
    drop(vec![0xffu8; 100_000]);
    assert!(vec![0u8; 100_000].iter().all(|byte| *byte == 0));
}

#[test]
fn threads_free_what_others_allocated() {
    let made: Vec<_> = (0..8u64)
        .map(|seed| {
            thread::spawn(move || {
                (0..1000)
                    .map(|i| (seed * 1000 + i).to_string())
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    for (seed, maker) in made.into_iter().enumerate() {
        let texts = maker.join().unwrap();
        assert_eq!(texts[7], (seed * 1000 + 7).to_string());
        thread::spawn(move || drop(texts)).join().unwrap();
    }
}
