//! A program whose every allocation is strata's, and a heap beside it with a limit.

use std::alloc::Layout;

#[global_allocator]
static GLOBAL: strata::Strata = strata::Strata;

fn main() -> Result<(), strata::Error> {
    let heap = strata::Heap::new("frames", Some(1 << 20))?;
    let layout = Layout::new::<[u64; 512]>();
    let block = heap.allocate(layout)?;
    println!("{} bytes live in frames", heap.statistics().live);
    unsafe { heap.deallocate(block, layout) };
    Ok(())
}
