# Installs the three stores, each step complete or absent: what is built in a temporary place is renamed at its end.
# Sourced by stores.sh.

# install_missing installs what this machine lacks and says nothing when there is nothing to do.
install_missing() {
  local packages=()
  "${private_mounts[@]}" true || die "PostgreSQL runs in a root of its own, which needs the right to mount /proc and /dev there"
  command -v redis-server >/dev/null && command -v redis-cli >/dev/null || packages+=(redis-server)
  if [ ! -d "$root" ]; then
    command -v debootstrap >/dev/null || packages+=(debootstrap)
    command -v apt-get >/dev/null || die "PostgreSQL with DocumentDB comes from Debian's packages, and this machine has no apt-get"
  fi
  if [ ! -x "$ferretdb" ]; then
    command -v go >/dev/null || die "FerretDB is built with Go, and no go command is in PATH"
    start_step "FerretDB ${ferretdb_version#v}" build-ferretdb
  fi
  if [ ${#packages[@]} -gt 0 ]; then
    say "Debian packages ${packages[*]}: begins"
    "$here/packages.sh" "${packages[@]}" 3>&- 9>&- || die "the Debian packages ${packages[*]} could not be installed"
    say "Debian packages ${packages[*]}: done"
  fi
  [ -d "$root" ] || start_step "PostgreSQL 18 with DocumentDB" build-root
  finish_steps
}

# build_ferretdb compiles FerretDB outside of any module, with flags that a caller's own project may need put aside.
build_ferretdb() {
  local bin=$home/ferretdb.new
  rm -rf "$bin"
  mkdir -p "$bin"
  cd /
  env GOFLAGS= GOWORK=off GOBIN="$bin" CGO_ENABLED=0 \
    go install -v -ldflags='-s -w' "github.com/FerretDB/FerretDB/v2/cmd/ferretdb@$ferretdb_version"
  mv "$bin/ferretdb" "$ferretdb"
  rmdir "$bin"
}

# debian_mirrors prints the mirrors that this machine's apt takes its Debian from, the likeliest first.
debian_mirrors() {
  local codename uri
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v codename="$codename" '$3 == "main" && $2 == codename { print $1 }
      $3 == "main" && $2 ~ /^(oldstable|stable|testing|unstable|sid|forky)$/ { rest[n++] = $1 }
      END { for (i = 0; i < n; i++) print rest[i] }' |
    awk '!seen[$0]++' |
    while read -r uri; do
      case $uri in
        mirror+file:*) awk '/^[^#]/ { print $1 }' "${uri#mirror+file:}" ;;
        *) echo "$uri" ;;
      esac
    done
}

# private_mounts gives what follows it mounts of its own, which end with it: nothing of the machine is ever mounted
# below a directory that a later run removes.
private_mounts=(unshare --mount --propagation private)

# build_root builds a small Debian with PostgreSQL 18 and DocumentDB.
build_root() {
  if [ -z "${inside_private_mounts:-}" ]; then
    inside_private_mounts=1 exec "${private_mounts[@]}" "$here/stores.sh" build-root
  fi
  . "$here/stores/fetch.sh"
  rm -rf --one-file-system "$root".new.*
  local new=$root.new.$$ mirror fetched=
  share_fetch_settings
  for mirror in $(debian_mirrors); do
    rm -rf --one-file-system "$new"
    mkdir -p "$new/etc/dpkg/dpkg.cfg.d"
    # The root is renamed into place only when whole, so dpkg need not sync every file; manuals are not needed.
    printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
      'path-exclude=/usr/share/locale/*' >"$new/etc/dpkg/dpkg.cfg.d/small"
    if debootstrap --variant=minbase forky "$new" "$mirror" /usr/share/debootstrap/scripts/sid; then
      fetched=$mirror
      break
    fi
  done
  [ -n "$fetched" ] || die "none of this machine's Debian mirrors ($(debian_mirrors | xargs)) serves forky"
  mount --rbind /proc "$new/proc"
  mount --rbind /dev "$new/dev"
  printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d" # no package starts a service in there
  chmod 755 "$new/usr/sbin/policy-rc.d"
  chroot "$new" groupadd --system --gid "$owner" postgres
  chroot "$new" useradd --system --uid "$owner" --gid "$owner" --home-dir /var/lib/postgresql postgres
  mkdir -p "$new/etc/postgresql-common"
  echo 'create_main_cluster = false' >"$new/etc/postgresql-common/createcluster.conf"
  lend_fetch_settings "$new"
  chroot "$new" apt-get update
  chroot "$new" apt-get install -y --no-install-recommends postgresql-18 postgresql-18-documentdb
  chroot "$new" apt-get clean
  take_back_fetch_settings "$new"
  install -d -o "$owner" -g "$owner" -m 700 "$new/srv/members"
  chroot --userspec="$owner:$owner" --groups= "$new" /usr/lib/postgresql/18/bin/initdb \
    --pgdata=/srv/members --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8
  echo "include = '/etc/members.conf'" >>"$new/srv/members/postgresql.conf"
  umount --recursive "$new/proc" "$new/dev"
  sync -f "$new"
  mv "$new" "$root"
}
