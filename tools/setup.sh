# Shared by ./run and ./test: progress, timing, and the Debian packages that
# each of them needs. Sourced, never run.

build_packages=(cmake g++ libcli11-dev libfmt-dev ninja-build nlohmann-json3-dev)
run_packages=("${build_packages[@]}" python3)
test_packages=("${build_packages[@]}" clang clang-format clang-tidy git libbenchmark-dev
               libboost-context-dev libboost-dev libboost-fiber-dev libgc-dev libgtest-dev
               pkg-config procps python3 util-linux)
# The programs that tests/programs runs on the allocator; each workload names its
# own in a line "# needs: program (package)".
mapfile -t program_packages < <(sed -n 's/^# needs: .*(\(.*\))$/\1/p' \
  tests/programs/workloads/*.sh 2>/dev/null | sort -u)

step() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The packages among the arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
      printf '%s\n' "$package"
    fi
  done
}

# Installs what is missing of the packages given; ends the script, with the
# command to type, where that is not possible.
need_packages() {
  command -v dpkg-query >/dev/null ||
    die "This is not a Debian system. Needed are the equivalents of: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) && return

  step "installing ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null || cannot_install "not root, and sudo asks for a password"
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get -qq update || cannot_install "apt-get update failed"
  "${as_root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null ||
    cannot_install "apt-get install failed"
}

# Reads `missing` of need_packages.
cannot_install() {
  die "Cannot install packages ($1). Missing: ${missing[*]}
Install them, then start again:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
}

jobs=$(nproc)
