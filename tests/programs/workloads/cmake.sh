# Configures, builds, tests and re-configures a small project.
# needs: cmake (cmake)
# needs: make (make)
# needs: cc (gcc)
# mask: \d+\.\d+ ?(?:s|sec)\b
# mask: \(\d+\.\d+s\)
mkdir -p project/src
cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(small LANGUAGES C)
include(CheckIncludeFile)
include(CheckFunctionExists)
foreach(header stdio.h unistd.h pthread.h no_such_header.h)
  string(MAKE_C_IDENTIFIER "HAVE_${header}" variable)
  check_include_file(${header} ${variable})
endforeach()
check_function_exists(fork HAVE_FORK)
foreach(i RANGE 30)
  file(WRITE ${CMAKE_BINARY_DIR}/generated/f${i}.c "int f${i}(void) { return ${i}; }\n")
  list(APPEND sources ${CMAKE_BINARY_DIR}/generated/f${i}.c)
endforeach()
add_library(generated STATIC ${sources})
add_executable(small src/main.c)
target_link_libraries(small generated)
enable_testing()
add_test(NAME runs COMMAND small)
set(text "")
foreach(i RANGE 3000)
  string(APPEND text "${i};")
endforeach()
list(SORT text)
list(REMOVE_DUPLICATES text)
string(MD5 sum "${text}")
message(STATUS "list ${sum}")
END
echo 'int f30(void); int main(void) { return f30() - 30; }' >project/src/main.c
cmake -S project -B build -G "Unix Makefiles"
cmake --build build
(cd build && ctest)
cmake -LA -N build | sort
cmake -S no-such-project -B other || echo "status $?"
