#!/bin/sh
# Installs Brood on Linux or macOS: downloads the binary for this machine, checks its SHA-256 sum, and puts it into a
# folder. Where something is wrong it says what, in one line, and leaves nothing behind.
#
# BROOD_RELEASE  where the files of the release are
# BROOD_INSTALL  the folder (~/.local/bin)

set -eu

release=${BROOD_RELEASE:-https://github.com/OWNER/brood/releases/latest/download}

fail() {
  echo "install: $1" >&2
  exit 1
}

# The binary for this machine.
binary_name() {
  case "$(uname -s) $(uname -m)" in
    'Linux x86_64') echo brood-linux-x86_64 ;;
    'Linux aarch64' | 'Linux arm64') echo brood-linux-arm64 ;;
    'Darwin x86_64') echo brood-macos-x86_64 ;;
    'Darwin arm64') echo brood-macos-arm64 ;;
    *) fail "there is no binary for $(uname -s) on $(uname -m)" ;;
  esac
}

# Downloads the file $1 of the release to the path $2. Whatever the programs would say, one line tells.
download() {
  if command -v curl > /dev/null; then
    curl -fsL -o "$2" "$release/$1" 2> /dev/null
  elif command -v wget > /dev/null; then
    wget -q -O "$2" "$release/$1" 2> /dev/null
  else
    fail 'curl or wget is needed'
  fi || fail "cannot download $release/$1"
}

# The SHA-256 sum of the file $1.
sum_of() {
  if command -v sha256sum > /dev/null; then
    line=$(sha256sum < "$1")
  elif command -v shasum > /dev/null; then
    line=$(shasum -a 256 < "$1")
  else
    fail 'sha256sum or shasum is needed'
  fi
  echo "${line%% *}"
}

# Removes what is not finished, and the folders that were made for it.
clean_up() {
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  if [ "$was_there" != "$folder" ]; then
    (cd "$was_there" && rmdir -p "${folder#"$was_there"/}") 2> /dev/null || :
  fi
}

install_brood() {
  name=$(binary_name)
  folder=${BROOD_INSTALL:-$HOME/.local/bin}
  was_there=$folder
  while [ ! -d "$was_there" ]; do was_there=$(dirname "$was_there"); done
  scratch=
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM

  mkdir -p "$folder" 2> /dev/null || fail "cannot make the folder $folder"
  # Beside the place where it will be: from there it gets into that place in one step.
  scratch=$(mktemp -d "$folder/.brood-XXXXXX" 2> /dev/null) || fail "cannot write to $folder"
  download SHA256SUMS "$scratch/SHA256SUMS"
  download "$name" "$scratch/brood"
  expected=$(awk -v name="$name" '$2 == name { print $1 }' "$scratch/SHA256SUMS")
  [ -n "$expected" ] || fail "the release has no sum for $name"
  actual=$(sum_of "$scratch/brood")
  [ "$actual" = "$expected" ] || fail "the SHA-256 sum of $name is $actual, expected $expected"
  chmod 755 "$scratch/brood"
  version=$("$scratch/brood" --version < /dev/null 2> /dev/null) ||
    fail "$name does not run on this machine"
  mv -f "$scratch/brood" "$folder/brood"

  echo "installed $folder/brood: $version"
  case ":$PATH:" in
    *":$folder:"*) ;;
    *) echo "to start it by its name, add $folder to PATH" ;;
  esac
}

# Below all of it: what has not arrived whole does nothing.
install_brood
