#!/bin/bash
# Make a root filesystem that has only what runs: root.sh DIRECTORY PACKAGE... -- PATH...
#
# What a package makes when it is installed belongs to no package, and is a PATH: the certificates in /etc/ssl.
# It gets the PATHs, the Debian PACKAGEs, and the package of each library that a program or module below the PATHs is
# linked with; documentation, manuals and translations are left out. So are packages that the folder /present lists: those
# of an image that the result is added to. An image that starts from it has no package manager, and half the bytes.
set -euo pipefail

UNREAD='doc|man|info|locale|lintian|bug|i18n|bash-completion'
programs=()

target=$1
shift
packages=()
while [[ $1 != -- ]]; do
    packages+=("$1")
    shift
done
shift

files() {
    dpkg --listfiles "$1" | grep --extended-regexp --invert-match "^/(usr/share/($UNREAD)|usr/lib/[^/]*/gconv)/" |
        while read -r path; do
            if [[ -e $path || -L $path ]]; then printf '%s\n' "$path"; fi
        done
}

# dpkg knows some files by their path below /lib, which is /usr/lib.
owners() {
    find "$@" -type f \( -perm -u+x -o -name '*.so*' \) -exec ldd {} + 2>/dev/null |
        sed --quiet 's/^.* => \(\/[^ ]*\) (.*/\1/p' | grep --invert-match '^/usr/local/' | sort --unique |
        xargs realpath | while read -r library; do
            { dpkg --search "$library" || dpkg --search "${library#/usr}"; } 2>/dev/null
        done | grep --invert-match '^diversion ' | sed 's/:.*//'
}

for package in "${packages[@]}"; do
    mapfile -t -O "${#programs[@]}" programs < <(files "$package" | grep '/s\?bin/' || true)
done
mapfile -t -O "${#packages[@]}" packages < <(owners "${programs[@]}" "$@")

# base-files comes first: it has the symlinks /bin, /lib and /lib64 that the paths of others go through.
mkdir -p "$target/var/lib/dpkg/status.d"
printf '%s\n' base-files "${packages[@]}" | awk '!seen[$0]++' | while read -r package; do
    if [[ -e /present/$package && $package != base-files ]]; then continue; fi
    files "$package" | tar --create --no-recursion --files-from=- 2>/dev/null |
        tar --extract --keep-directory-symlink --directory="$target"
    # For scanners, which know the packages of an image by this folder if there is no dpkg.
    dpkg-query --status "$package" >"$target/var/lib/dpkg/status.d/$package"
done

tar --create "$@" 2>/dev/null | tar --extract --keep-directory-symlink --directory="$target"
cp --archive /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache "$target/etc/"
mkdir --mode=1777 --parents "$target/tmp"
