//! Links libstrata_c: from the folder LIBSTRATA_C_DIR where that is set, which programs
//! of this package then look into when they start; else from where the linker looks.

fn main() {
    println!("cargo:rerun-if-env-changed=LIBSTRATA_C_DIR");
    if let Ok(folder) = std::env::var("LIBSTRATA_C_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
    println!("cargo:rustc-link-lib=dylib=strata_c");
}
