# Lets the small Debian be fetched the way this machine fetches its own packages. Sourced by install.sh.

# share_fetch_settings hands apt's proxies and log-ins to debootstrap, which fetches with wget.
share_fetch_settings() {
  local http='' https=''
  eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
  [ -z "$http" ] || [ "$http" = DIRECT ] || export http_proxy=$http
  [ -z "$https" ] || [ "$https" = DIRECT ] || export https_proxy=$https
  # apt's auth.conf has the format of .netrc, which wget reads.
  export HOME=$run/fetch
  rm -rf "$HOME"
  mkdir -m 700 "$HOME"
  cat /etc/apt/auth.conf /etc/apt/auth.conf.d/*.conf >"$HOME/.netrc" 2>/dev/null || true
}

# What apt inside the root needs of the machine's: names, log-ins and certificates.
lent=(/etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d
  /etc/ssl/certs /usr/share/ca-certificates /usr/local/share/ca-certificates)

# lend_fetch_settings gives apt inside the root DIR the machine's own way of fetching packages.
lend_fetch_settings() {
  local path
  {
    apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets'
    echo 'Acquire::Languages "none";'
  } >"$1/etc/apt/apt.conf.d/90machine"
  for path in "${lent[@]}"; do
    [ -e "$path" ] || continue
    rm -rf "${1:?}$path"
    mkdir -p "$1$(dirname "$path")"
    cp -RL --preserve=mode "$path" "$1$path" 2>/dev/null || true # a dangling certificate link is no loss
  done
}

# take_back_fetch_settings removes all of it from the root DIR again.
take_back_fetch_settings() {
  local path
  rm -r "$1/etc/apt/apt.conf.d/90machine" "$HOME"
  for path in "${lent[@]}"; do rm -rf "${1:?}$path"; done
}
