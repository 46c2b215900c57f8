// One line for each thing one might look for.
#include "report.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <iostream>

#include <strata/account/account.hpp>

namespace lisp {

void print_peak(const char* memory) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  const double seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  std::fprintf(stderr, "%-7s %9.3f s  %9.1f MiB at most\n", memory, seconds,
               static_cast<double>(usage.ru_maxrss) / 1024);
}

void print_objects(const strata_memory& memory) {
  const strata::object_heap_statistics now = memory.heap().statistics();
  std::fprintf(stderr, "objects %12zu, %zu of them immortal; %zu bytes in %zu taken\n", now.objects,
               now.immortal, now.object_bytes, now.reserved);
  for (const strata::object_type_statistics& type : memory.heap().types()) {
    std::fprintf(stderr, "  %-10s %9zu, %zu bytes\n", type.type->name, type.objects, type.bytes);
  }
  const strata::cycle_statistics cycles = memory.cycles().statistics();
  std::fprintf(stderr, "cycles: %llu objects collected in %llu rounds, %llu examined\n",
               static_cast<unsigned long long>(cycles.collected),
               static_cast<unsigned long long>(cycles.rounds),
               static_cast<unsigned long long>(cycles.examined));
  strata::account_report(std::cerr);
}

void print_rest(const strata_memory& memory) {
  const strata::object_heap_statistics now = memory.heap().statistics();
  std::fprintf(stderr, "after the end: %zu objects, %zu of them immortal\n", now.objects,
               now.immortal);
}

}  // namespace lisp
