# Lets the small Debian be fetched the way this machine fetches its own packages. Sourced by install.sh.

# share_fetch_settings hands apt's proxies and log-ins to debootstrap, which fetches with wget.
share_fetch_settings() {
  local http='' https=''
  eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
  [ -z "$http" ] || [ "$http" = DIRECT ] || export http_proxy=$http
  [ -z "$https" ] || [ "$https" = DIRECT ] || export https_proxy=$https
  # auth.conf has the format of .netrc; the copy lives in memory, in this mount namespace, and ends with it.
  mount -t tmpfs -o mode=700,size=1m tmpfs /mnt
  export HOME=/mnt
  cat /etc/apt/auth.conf /etc/apt/auth.conf.d/*.conf >/mnt/.netrc 2>/dev/null || true
}

# enter_fetch_settings makes the same settings, log-ins and certificates visible to apt inside the root DIR.
enter_fetch_settings() {
  local path
  apt_settings >"$1/etc/apt/apt.conf.d/90machine"
  for path in /etc/apt/auth.conf.d /etc/ssl/certs /usr/share/ca-certificates /usr/local/share/ca-certificates; do
    if [ -d "$path" ]; then
      mkdir -p "$1$path"
      mount --bind "$path" "$1$path"
    fi
  done
  for path in /etc/resolv.conf /etc/hosts /etc/apt/auth.conf; do
    if [ -e "$path" ]; then
      : >>"$1$path"
      mount --bind "$path" "$1$path"
    fi
  done
}

# leave_fetch_settings takes them away again: nothing of the machine's stays in the root.
leave_fetch_settings() {
  rm "$1/etc/apt/apt.conf.d/90machine"
  awk -v root="$1" '{ point = $5 } index(point, root "/etc/") == 1 || index(point, root "/usr/") == 1 { print point }' \
    /proc/self/mountinfo | while read -r path; do umount "$path"; done
}
