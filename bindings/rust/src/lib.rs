//! strata for Rust, over its C interface.
//!
//! As the allocator of a whole program:
//!
//! ```
//! #[global_allocator]
//! static GLOBAL: strata::Strata = strata::Strata;
//!
//! let text = String::from("allocated by strata");
//! assert!(strata::Heap::process().statistics().live >= text.len());
//! ```
//!
//! And as heaps beside it, with a name, a limit, and one end for all of their blocks:
//!
//! ```
//! use std::alloc::Layout;
//!
//! let heap = strata::Heap::new("frames", Some(1 << 20))?;
//! let block = heap.allocate(Layout::new::<[u64; 512]>())?;
//! assert!(heap.allocate(Layout::new::<[u8; 2 << 20]>()).is_err());
//! unsafe { heap.deallocate(block, Layout::new::<[u64; 512]>()) };
//! # Ok::<(), strata::Error>(())
//! ```

mod c;

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{CStr, CString};
use std::fmt;
use std::ptr::{self, NonNull};

/// Every block of strata is aligned at least so.
const NATURAL_ALIGNMENT: usize = 16;

/// Why strata refused: the sentence of `strata_last_error`, which is its own only until
/// the next refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    fn last() -> Self {
        let text = unsafe { CStr::from_ptr(c::strata_last_error()) };
        Error(text.to_string_lossy().into_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The version of the library, such as "0.1.0".
pub fn version() -> &'static str {
    unsafe { CStr::from_ptr(c::strata_version()) }
        .to_str()
        .unwrap_or("")
}

/// Gives back what no heap has needed for a while; returns how many bytes that was.
pub fn pump() -> usize {
    unsafe { c::strata_pump() }
}

unsafe fn allocate(heap: *mut c::Heap, layout: Layout) -> *mut u8 {
    if layout.align() <= NATURAL_ALIGNMENT {
        c::strata_heap_allocate(heap, layout.size())
    } else {
        c::strata_heap_allocate_aligned(heap, layout.align(), layout.size())
    }
}

unsafe fn allocate_zeroed(heap: *mut c::Heap, layout: Layout) -> *mut u8 {
    if layout.align() <= NATURAL_ALIGNMENT {
        return c::strata_heap_allocate_zeroed(heap, 1, layout.size());
    }
    let block = c::strata_heap_allocate_aligned(heap, layout.align(), layout.size());
    if !block.is_null() {
        ptr::write_bytes(block, 0, layout.size());
    }
    block
}

/// A larger alignment would be lost where strata moves a block: it is moved here.
unsafe fn reallocate(heap: *mut c::Heap, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    if layout.align() <= NATURAL_ALIGNMENT {
        return c::strata_heap_reallocate(heap, old, size);
    }
    let new = c::strata_heap_allocate_aligned(heap, layout.align(), size);
    if !new.is_null() {
        ptr::copy_nonoverlapping(old, new, layout.size().min(size));
        c::strata_heap_deallocate_sized(heap, old, layout.size());
    }
    new
}

/// The process heap of strata as a global allocator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strata;

unsafe impl GlobalAlloc for Strata {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocate(c::strata_process_heap(), layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocate_zeroed(c::strata_process_heap(), layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        c::strata_heap_deallocate_sized(c::strata_process_heap(), block, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        reallocate(c::strata_process_heap(), block, layout, size)
    }
}

/// What a heap holds; the members of `strata_heap_statistics`, in bytes.
pub use c::HeapStatistics;

/// A heap: every thread may allocate from it and free to it. Its blocks end with it.
#[derive(Debug)]
pub struct Heap(NonNull<c::Heap>);

// Any thread may call any function of the C interface that is called here.
unsafe impl Send for Heap {}
unsafe impl Sync for Heap {}

impl Heap {
    /// A new heap, whose account below the process has this name, and this limit in bytes.
    pub fn new(name: &str, limit: Option<usize>) -> Result<Self, Error> {
        let name = CString::new(name).map_err(|_| Error("strata: the name holds a zero".into()))?;
        let options = c::HeapOptions {
            name: name.as_ptr(),
            limit: limit.unwrap_or(0),
            parent: ptr::null_mut(),
            later: [0; 5],
        };
        let created = unsafe { c::strata_heap_create(&options) };
        NonNull::new(created).map(Heap).ok_or_else(Error::last)
    }

    /// The heap that [`Strata`] allocates from. It is never destroyed.
    pub fn process() -> &'static Self {
        static PROCESS: std::sync::OnceLock<Heap> = std::sync::OnceLock::new();
        PROCESS.get_or_init(|| {
            Heap(NonNull::new(unsafe { c::strata_process_heap() }).expect("never NULL"))
        })
    }

    /// A block; its contents are undefined.
    pub fn allocate(&self, layout: Layout) -> Result<NonNull<u8>, Error> {
        NonNull::new(unsafe { allocate(self.0.as_ptr(), layout) }).ok_or_else(Error::last)
    }

    /// A block of zeros.
    pub fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<u8>, Error> {
        NonNull::new(unsafe { allocate_zeroed(self.0.as_ptr(), layout) }).ok_or_else(Error::last)
    }

    /// Gives a block another size, and perhaps another address. Refused, it is unchanged.
    ///
    /// # Safety
    /// The block is of this heap and this layout, and `size` is not 0.
    pub unsafe fn reallocate(
        &self,
        block: NonNull<u8>,
        layout: Layout,
        size: usize,
    ) -> Result<NonNull<u8>, Error> {
        let moved = reallocate(self.0.as_ptr(), block.as_ptr(), layout, size);
        NonNull::new(moved).ok_or_else(Error::last)
    }

    /// Frees a block. What is no live block ends the program with a diagnosis.
    ///
    /// # Safety
    /// The block is of this heap and this layout, and nobody uses it any more.
    pub unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        c::strata_heap_deallocate_sized(self.0.as_ptr(), block.as_ptr(), layout.size())
    }

    /// Gives free memory back; returns how many bytes that was.
    pub fn purge(&self) -> usize {
        unsafe { c::strata_heap_purge(self.0.as_ptr()) }
    }

    /// What the heap holds now.
    pub fn statistics(&self) -> HeapStatistics {
        let mut now = HeapStatistics::default();
        unsafe { c::strata_heap_get_statistics(self.0.as_ptr(), &mut now) };
        now
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        unsafe { c::strata_heap_destroy(self.0.as_ptr()) }
    }
}
