// The part of linux_thread_exit.cpp that start() runs.
#pragma once

namespace strata::os {

void make_thread_exit_key() noexcept;

}  // namespace strata::os
