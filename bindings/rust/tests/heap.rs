//! Heaps beside the program's own allocator.

use std::alloc::Layout;
use std::ptr::NonNull;
use std::thread;

use strata::Heap;

#[test]
fn the_library_is_of_this_version() {
    assert_eq!(strata::version(), env!("CARGO_PKG_VERSION"));
}

/// Several of each, because the first block of a slab is aligned whatever was asked.
#[test]
fn blocks_are_aligned_and_stay_so() -> Result<(), strata::Error> {
    let heap = Heap::new("blocks", None)?;
    let mut blocks = Vec::new();
    for exponent in 0..16 {
        let small = Layout::from_size_align(100, 1 << exponent).unwrap();
        let large = Layout::from_size_align(5000, 1 << exponent).unwrap();
        let is_aligned = |block: NonNull<u8>| block.as_ptr() as usize % small.align() == 0;
        for _ in 0..5 {
            let block = heap.allocate(small)?;
            assert!(is_aligned(block));
            unsafe {
                block.as_ptr().write_bytes(7, 100);
                let moved = heap.reallocate(block, small, 5000)?;
                assert!((0..100).all(|at| *moved.as_ptr().add(at) == 7));
                assert!(is_aligned(moved));
                blocks.push((moved, large));
            }
            let zeros = heap.allocate_zeroed(small)?;
            assert!(is_aligned(zeros));
            assert!((0..100).all(|at| unsafe { *zeros.as_ptr().add(at) } == 0));
            blocks.push((zeros, small));
        }
    }
    for (block, layout) in blocks {
        unsafe { heap.deallocate(block, layout) };
    }
    assert_eq!(heap.statistics().live, 0);
    Ok(())
}

#[test]
fn a_limit_refuses_and_says_so() -> Result<(), strata::Error> {
    let heap = Heap::new("limited", Some(1 << 20))?;
    let refused = heap.allocate(Layout::new::<[u8; 2 << 20]>()).unwrap_err();
    assert!(refused.to_string().contains("limit"), "{refused}");
    assert!(heap.statistics().held <= 1 << 20);
    assert!(Heap::new("a\0b", None).is_err());
    Ok(())
}

#[test]
fn threads_share_a_heap() -> Result<(), strata::Error> {
    let heap = Heap::new("shared", None)?;
    let layout = Layout::new::<[u64; 10]>();
    thread::scope(|scope| {
        let work = || {
            for _ in 0..1000 {
                let block = heap.allocate(layout).unwrap();
                unsafe { heap.deallocate(block, layout) };
            }
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(heap.statistics().live, 0);
    let held = heap.statistics().held;
    assert_eq!(held - heap.purge(), heap.statistics().held);
    Ok(())
}
