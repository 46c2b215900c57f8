# Compiles the template-heavy C++ file with clang, compares IR and assembly.
# needs: clang++ (clang)
cp "$WORKLOADS/templates.cpp.in" templates.cpp
clang++ -std=c++20 -O2 -S -emit-llvm templates.cpp -o templates.ll
clang++ -std=c++20 -O2 -S templates.ll -o templates.s
md5sum templates.ll templates.s
clang++ templates.s -pthread -o templates
./templates
echo 'int main() { return missing; }' >broken.cpp
clang++ -fsyntax-only broken.cpp || echo "status $?"
