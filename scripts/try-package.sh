#!/bin/sh
# Packs the project and tries the tarball as a stranger would: installed in an empty folder, whole
# and lean (--omit=optional, with a Node 24 of the system), on media it makes itself.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
node24="$root/node_modules/.bin"
PATH="$node24:$PATH" npm pack --silent --pack-destination "$work" >/dev/null
tarball=$(echo "$work"/dailies-*.tgz)
echo "package: $(du -k "$tarball" | cut -f1) kB"

ffmpeg -v error -f lavfi -i "testsrc2=size=640x360:rate=25:duration=2" \
  -f lavfi -i "flite=text='go forward ten meters':voice=slt" \
  -c:v libx264 -pix_fmt yuv420p -c:a aac -y "$work/clip.mp4"

# try_it NAME PATH STEPS [NPM OPTIONS…]
try_it() {
  name=$1 path=$2 only=$3
  shift 3
  mkdir "$work/$name"
  cd "$work/$name"
  npm init --yes >/dev/null
  npm install --silent "$@" "$tarball"
  size=$(du -sm node_modules | cut -f1)
  PATH="$path" node_modules/.bin/dailies process "$work/clip.mp4" --out out --only "$only" --quiet
  for file in out/output/web/clip.mp4 out/output/transcribe/clip.json; do
    test -s "$file" || { echo "$name: $file was not made"; exit 1; }
  done
  echo "$name: installed in $size MB, transcoded and transcribed"
}

try_it whole "$PATH" "audio,video,transcribe,label"
try_it lean "$node24:$PATH" "audio,video,transcribe" --omit=optional
