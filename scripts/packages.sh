# Sourced by the other scripts: Debian packages, installed where they are missing.

# The libraries that trawl is built with, and pkg-config to find them.
build_packages=(libcurl4-openssl-dev libidn2-dev libsqlite3-dev libxml2-dev pkg-config)

need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "These packages are missing; install them as root, then run this again: ${missing[*]}" >&2
            exit 2
        }
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}" >&2
    # A list of packages that is out of date names versions that are gone: on failure it is brought up to date.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends -qq "${missing[@]}" >/dev/null 2>&1 ||
        { "${as_root[@]}" apt-get update -qq >&2 &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y --no-install-recommends -qq "${missing[@]}" >/dev/null; }
}

need_swift() {
    command -v swift >/dev/null && return
    echo "Swift 6.2 or newer is needed: see https://www.swift.org/install/linux/" >&2
    exit 2
}
