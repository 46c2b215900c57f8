# Compiles a template-heavy C++ file, compares the assembly, runs the program.
# needs: g++ (g++)
cp "$WORKLOADS/templates.cpp.in" templates.cpp
g++ -std=c++20 -O2 -Wall -S templates.cpp -o templates.s
md5sum templates.s
g++ -std=c++20 -O2 templates.s -pthread -o templates
./templates
echo '#include <vector>
std::vector<int&> broken;' >broken.cpp
g++ -c broken.cpp 2>broken.txt || echo "status $?"
md5sum broken.txt
