#!/bin/sh
# Packs the project and tries the tarball like a new user: installs it in an empty folder, completely and
# lean (--omit=optional, with a Node 24 of the system), and processes a media file that it makes itself.
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

# Starts the service, checks that it answers, and stops it.
serve_it() {
  PATH="$1" node_modules/.bin/dailies serve --port 0 >served.txt 2>served.log &
  server=$!
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q http served.txt && break
    sleep 0.5
  done
  url=$(grep -o 'http://[^ ]*' served.txt | head -n 1)
  "$node24/node" -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1))' "$url/api/"
  "$node24/node" -e 'fetch(process.argv[1]).then(async (page) => fetch(new URL(/src="([^"]+)"/.exec(await page.text())[1], page.url))).then((script) => process.exit(script.ok ? 0 : 1))' "$url/"
  kill "$server"
  wait "$server"
}

# try_it NAME PATH STEPS [NPM OPTIONS…]
try_it() {
  name=$1 path=$2 only=$3
  shift 3
  mkdir "$work/$name"
  cd "$work/$name"
  npm init --yes >/dev/null
  # onnxruntime-node would fetch files that only graphics cards need.
  ONNXRUNTIME_NODE_INSTALL=skip npm install --silent "$@" "$tarball"
  size=$(du -sm node_modules | cut -f1)
  PATH="$path" node_modules/.bin/dailies process "$work/clip.mp4" --out out --only "$only" --quiet
  for file in out/output/web/clip.mp4 out/output/transcribe/clip.json; do
    test -s "$file" || { echo "$name: $file was not made"; exit 1; }
  done
  serve_it "$path"
  echo "$name: installed in $size MB, transcoded, transcribed and served"
}

try_it whole "$PATH" "audio,video,transcribe,label"
try_it lean "$node24:$PATH" "audio,video,transcribe" --omit=optional
