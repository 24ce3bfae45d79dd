# Sourced by scripts that need programs and libraries of Debian, with $scripts set to the folder they are in.
# shellcheck shell=bash

PATH=$PATH:/usr/sbin:/usr/local/sbin

# What trawl and the bare loop are linked with.
libraries=(
    pkg-config=pkg-config lib:libcurl=libcurl4-openssl-dev lib:libxml-2.0=libxml2-dev lib:sqlite3=libsqlite3-dev
    lib:libidn2=libidn2-dev lib:zlib=zlib1g-dev lib:libbrotlidec=libbrotli-dev lib:libzstd=libzstd-dev
    lib:uchardet=libuchardet-dev lib:re2=libre2-dev lib:libpsl=libpsl-dev lib:libcrypto=libssl-dev
    lib:libxxhash=libxxhash-dev lib:libpq=libpq-dev)

# have WHAT: is there a command (nginx), a library for pkg-config (lib:libcurl), a module (python:venv), documentation
# (doc:apache2-doc), a server whose programs are not in the path (server:postgresql)?
have() {
    case $1 in
        lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
        python:*) python3 -c "import ${1#python:}" 2>/dev/null ;;
        doc:*) [[ -d /usr/share/doc/${1#doc:} ]] ;;
        server:*) compgen -G "/usr/lib/${1#server:}/*/bin/initdb" >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# need WHAT=PACKAGE...: installs the packages of what is missing, or says which they are.
need() {
    local pair missing=() sudo=()
    for pair; do
        have "${pair%=*}" || missing+=("${pair##*=}")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $EUID -ne 0 ]]; then
        sudo=(sudo)
        if ! sudo -n true 2>/dev/null; then
            echo "$0: install what is missing first: apt-get install ${missing[*]}" >&2
            return 1
        fi
    fi
    if ! command -v apt-get >/dev/null; then
        echo "$0: install what is missing first; on Debian that is: ${missing[*]}" >&2
        return 1
    fi
    echo "Installing ${missing[*]}" >&2
    install_packages "${missing[@]}" >&2
    for pair; do
        if ! have "${pair%=*}"; then
            echo "$0: ${pair%=*} is missing although ${pair##*=} was to bring it" >&2
            return 1
        fi
    done
}

# Installs packages without starting the servers that some of them bring: ours run in their own folders.
install_packages() (
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap '"${sudo[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
        "${sudo[@]}" chmod 755 "$policy"
    fi
    apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    "${apt[@]}" update
    "${apt[@]}" install -y --no-install-recommends "$@"
    # nginx-light would start at the next boot.
    if [[ " $* " == *" nginx-light "* && -d /run/systemd/system ]]; then
        "${sudo[@]}" systemctl disable --quiet nginx
    fi
)

need_swift() {
    command -v swift >/dev/null && return
    echo "$0: Swift 6.2 or newer is needed: see https://www.swift.org/install/linux/" >&2
    return 1
}

# How the release is built: with Swift's own libraries within it, so that it runs where no Swift is, and costs less a page.
# shellcheck disable=SC2034 # Scripts that source this use it.
release=(-c release --static-swift-stdlib --product trawl)

# Builds the release binary, unless another is named with TRAWL.
build_release() {
    [[ -z ${TRAWL:-} ]] || return 0
    need "${libraries[@]}"
    need_swift
    swift build --package-path "${scripts:?}/.." "${release[@]}" >&2
}

# Sets `swift_modules` to the flags with which a program finds the modules of the debug build, and of the C libraries that they need.
find_modules() {
    local includes map
    read -ra includes <<<"$(pkg-config --cflags-only-I libxml-2.0 uchardet libpq)"
    swift_modules=(-I .build/debug/Modules "${includes[@]}")
    for map in Sources/C*/module.modulemap .build/debug/*.build/module.modulemap \
        .build/checkouts/{GRDB.swift/Sources/GRDBSQLite,Yams/Sources/CYaml/include}/module.modulemap; do
        swift_modules+=(-Xcc "-fmodule-map-file=$map")
    done
}

# typecheck FILE: whether a program that uses TrawlKit compiles. Call `find_modules` first.
typecheck() {
    swiftc -typecheck -swift-version 6 -warnings-as-errors -enable-upcoming-feature MemberImportVisibility "${swift_modules[@]}" "$1"
}
