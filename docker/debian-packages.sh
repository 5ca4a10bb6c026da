#!/usr/bin/env bash
# Installs what the tests need from Debian: PostGIS, Chromium with Chinese fonts, GDAL's own tools, Java for Spark;
# with the argument qgis instead what the tests with QGIS need, with bench what is measured beside the service.
# Root installs; anybody else is told in one line how to. Installed already: quiet.
set -euo pipefail

packages=(postgresql-15-postgis-3 chromium fonts-noto-cjk gdal-bin openjdk-17-jre-headless)
case "${1:-}" in
qgis) packages=(python3-qgis qgis-providers) ;;
bench) packages=(cgi-mapserver qgis-server python3-qgis qgis-providers lighttpd) ;;
esac

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Something will be skipped. To leave nothing out: sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 0
fi

echo "Installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
# No cluster of the distribution's own: the tests start theirs.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
