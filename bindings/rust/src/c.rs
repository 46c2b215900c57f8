//! What this crate uses of strata/strata.h.

use std::ffi::c_void;
use std::os::raw::{c_char, c_int};

#[repr(C)]
pub struct Heap {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct HeapOptions {
    pub name: *const c_char,
    pub limit: usize,
    pub parent: *mut c_void,
    pub later: [usize; 5],
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapStatistics {
    pub held: usize,
    pub held_peak: usize,
    pub live: usize,
    pub large_live: usize,
    pub free_in_slabs: usize,
    pub free_in_caches: usize,
    pub retained: usize,
    pub metadata: usize,
    later: [usize; 4],
}

extern "C" {
    pub fn strata_version() -> *const c_char;
    pub fn strata_last_error() -> *const c_char;
    pub fn strata_pump() -> usize;

    pub fn strata_heap_create(options: *const HeapOptions) -> *mut Heap;
    pub fn strata_heap_destroy(heap: *mut Heap);
    pub fn strata_process_heap() -> *mut Heap;
    pub fn strata_heap_allocate(heap: *mut Heap, size: usize) -> *mut u8;
    pub fn strata_heap_allocate_zeroed(heap: *mut Heap, count: usize, size: usize) -> *mut u8;
    pub fn strata_heap_allocate_aligned(heap: *mut Heap, alignment: usize, size: usize) -> *mut u8;
    pub fn strata_heap_reallocate(heap: *mut Heap, block: *mut u8, size: usize) -> *mut u8;
    pub fn strata_heap_deallocate_sized(heap: *mut Heap, block: *mut u8, size: usize);
    pub fn strata_heap_purge(heap: *mut Heap) -> usize;
    pub fn strata_heap_get_statistics(heap: *mut Heap, into: *mut HeapStatistics) -> c_int;
}
