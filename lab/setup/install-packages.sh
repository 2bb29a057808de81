#!/bin/sh
# Installs the Debian packages named as arguments; run as root by packages.py.
#
# It starts nothing on the machine: the only package here with a service is postgresql, whose service does nothing
# without a cluster, and no cluster is made while the drop-in below is there. (A policy-rc.d would hold back the
# services of everybody, and those kept from starting would still start at the next boot.)
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
no_cluster=/etc/postgresql-common/createcluster.d/zhida-setup.conf
wait_s=300

clean_up() { rm -f "$no_cluster"; }
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Finish what an earlier run, killed half-way, left undone: apt-get would refuse to begin. Its dpkg may still be at work.
settle() {
    waited=0
    until said=$(dpkg --configure -a 2>&1); do
        case $said in *" lock "*) ;; *) break ;; esac
        [ "$waited" -lt "$wait_s" ] || break
        waited=$((waited + 1))
        sleep 1
    done
    [ -z "$said" ] || echo "$said"
}

case " $* " in *" postgresql "*)
    mkdir -p "${no_cluster%/*}" && echo "create_main_cluster = false" >"$no_cluster" || exit 1 ;;
esac
settle
# The lists may be missing or old. A foreign source that does not answer is no reason to stop; apt-get install tells.
apt-get -o APT::Status-Fd=1 update
apt-get -o APT::Status-Fd=1 -o DPkg::Lock::Timeout="$wait_s" install --yes --fix-broken --no-install-recommends --no-remove "$@"
