// The context layer: the ambient resource, and scopes that change it or malloc.
// This file is all that the layers above may include.
#pragma once

#include "context/malloc_scope.hpp"
